import { quoteGo } from '@sonde/go-text';
import { EvaluationError } from '../errors.ts';

const INT64_MAX = (1n << 63n) - 1n;
const PREFIXES = new Map<string, bigint>([
  ['0x', 16n],
  ['0o', 8n],
  ['0b', 2n],
]);
/** Digits that can lie within 64 bits in any base, underscores and zeros apart. */
const DIGITS_MAX = 64;

/** Go's `strconv.ParseInt(text, base, 64)`. Throws `EvaluationError` with Go's text. */
export function parseInteger(text: string, base: bigint): bigint {
  const fault = (reason: string): EvaluationError =>
    new EvaluationError(`strconv.ParseInt: parsing ${quoteGo(text)}: ${reason}`);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const body = text.slice(sign.length);
  if (body === '') throw fault('invalid syntax');
  if (base === 1n || base > 36n) throw fault(`invalid base ${base}`);
  const { radix, digits } = base === 0n ? withPrefix(body) : { radix: base, digits: body };
  if (digits === undefined) throw fault('invalid syntax');
  const magnitude = magnitudeOf(digits, radix);
  if (magnitude === undefined) throw fault('invalid syntax');
  const limit = sign === '-' ? INT64_MAX + 1n : INT64_MAX;
  if (magnitude > limit) throw fault('value out of range');
  return sign === '-' ? -magnitude : magnitude;
}

/** Base 0: the prefix says the base, underscores may stand between digits and behind the prefix. */
function withPrefix(body: string): { radix: bigint; digits: string | undefined } {
  const prefixed = PREFIXES.get(body.slice(0, 2).toLowerCase());
  const octal = body.startsWith('0') && body.length > 1;
  const radix = prefixed ?? (octal ? 8n : 10n);
  const rest = prefixed === undefined ? body : body.slice(2);
  // An underscore stands behind a digit or a prefix, and before a digit.
  const isPlaced = !/__|_$/.test(rest) && !(prefixed === undefined && rest.startsWith('_'));
  const digits = rest.replaceAll('_', '');
  return { radix, digits: isPlaced && digits !== '' ? digits : undefined };
}

function magnitudeOf(digits: string, radix: bigint): bigint | undefined {
  let value = 0n;
  const limit = radix ** BigInt(DIGITS_MAX);
  for (const digit of digits) {
    const code = /^[0-9a-zA-Z]$/.test(digit) ? BigInt(Number.parseInt(digit, 36)) : radix;
    if (code >= radix) return undefined;
    // Beyond every int64 the digits are only looked at.
    if (value < limit) value = value * radix + code;
  }
  return value;
}
