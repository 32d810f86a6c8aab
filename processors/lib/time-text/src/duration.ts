import { quoteTimeText } from './quote-time-text.ts';

/** Text that is no duration of Go. */
export class DurationError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DurationError';
  }
}

const UNIT_NS = new Map<string, bigint>([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);
const DURATION_MAX = 1n << 63n;
/** More digits behind a point than that change no nanosecond of any unit. */
const FRACTION_DIGITS_MAX = 18;

/** Go's `time.ParseDuration` ("1h15m30.918s"), in nanoseconds. Throws `DurationError`. */
export function parseDuration(text: string): bigint {
  const invalid = (): DurationError =>
    new DurationError(`time: invalid duration ${quoteTimeText(text)}`);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  let rest = text.slice(sign.length);
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  while (rest !== '') {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const whole = number?.[1] ?? '';
    const fraction = number?.[2] ?? '';
    if (whole === '' && fraction === '') throw invalid();
    rest = rest.slice(number?.[0].length ?? 0);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    total += scaled(whole, fraction, unitOf(unit, text));
    if (total > DURATION_MAX) throw invalid();
    rest = rest.slice(unit.length);
  }
  if (sign === '-') return -total;
  if (total === DURATION_MAX) throw invalid();
  return total;
}

function unitOf(unit: string, text: string): bigint {
  if (unit === '') {
    throw new DurationError(`time: missing unit in duration ${quoteTimeText(text)}`);
  }
  const ns = UNIT_NS.get(unit);
  if (ns !== undefined) return ns;
  throw new DurationError(
    `time: unknown unit ${quoteTimeText(unit)} in duration ${quoteTimeText(text)}`,
  );
}

function scaled(whole: string, fraction: string, unitNs: bigint): bigint {
  const digits = fraction.slice(0, FRACTION_DIGITS_MAX);
  const part = digits === '' ? 0n : (BigInt(digits) * unitNs) / 10n ** BigInt(digits.length);
  return (whole === '' ? 0n : BigInt(whole) * unitNs) + part;
}

/** Go's `Duration.String`: "1h15m30.918s", "1.5µs", "0s". */
export function formatDuration(durationNs: bigint): string {
  if (durationNs === 0n) return '0s';
  const sign = durationNs < 0n ? '-' : '';
  const absolute = durationNs < 0n ? -durationNs : durationNs;
  if (absolute < 1_000n) return `${sign}${absolute}ns`;
  if (absolute < 1_000_000n) return `${sign}${decimal(absolute, 3)}µs`;
  if (absolute < 1_000_000_000n) return `${sign}${decimal(absolute, 6)}ms`;
  const minutes = absolute / 60_000_000_000n;
  const seconds = `${decimal(absolute % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n
    ? `${sign}${minutes}m${seconds}`
    : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = String(value % scale)
    .padStart(digits, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / scale) : `${value / scale}.${fraction}`;
}
