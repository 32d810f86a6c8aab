import { type EntryValue, typeName } from '../entry.ts';
import { OperatorError } from '../operator-error.ts';

export const EPOCH_LAYOUTS = ['s', 'ms', 'us', 'ns', 's.ms', 's.us', 's.ns'] as const;

export type EpochLayout = (typeof EPOCH_LAYOUTS)[number];

const NANOSECONDS: Readonly<Record<EpochLayout, number>> = {
  s: 9,
  ms: 6,
  us: 3,
  ns: 0,
  's.ms': 9,
  's.us': 9,
  's.ns': 9,
};
const NUMBER = /^(-?)([0-9]{1,19})(?:\.([0-9]*))?$/;

/** Nanoseconds since the epoch. Throws `OperatorError` for what is no number. */
export function epochToNano(layout: EpochLayout, value: EntryValue): bigint {
  const digits = NANOSECONDS[layout];
  if (typeof value === 'bigint') return value * 10n ** BigInt(digits);
  const text = typeof value === 'number' ? plain(value) : value;
  if (typeof text !== 'string') {
    throw new OperatorError(`type ${typeName(value)} cannot be parsed as a time value`);
  }
  const match = NUMBER.exec(text.trim());
  if (match === null) {
    throw new OperatorError(`invalid value '${text.slice(0, 100)}' for layout '${layout}'`);
  }
  const [, sign, whole = '0', fraction = ''] = match;
  const nano = BigInt(whole + fraction.slice(0, digits).padEnd(digits, '0'));
  return sign === '-' ? -nano : nano;
}

/** The shortest decimals that are the number, without an exponent. */
function plain(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  return text.includes('e') ? value.toFixed(9) : text;
}
