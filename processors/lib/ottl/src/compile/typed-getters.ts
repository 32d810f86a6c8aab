import { quoteGo } from '@sonde/go-text';
import { EvaluationError } from '../errors.ts';
import { DurationValue, goType, TimeValue, type Value, type ValueMap } from '../value/value.ts';

/**
 * Values as a function wants them. `as...` take one type and refuse others, nil too; `...Like`
 * convert what can be converted, give null for nil, and refuse the rest. Texts are the Collector's.
 */

function mismatch(wanted: string, value: Value): EvaluationError {
  return new EvaluationError(`expected ${wanted} but got ${goType(value)}`);
}

export function asString(value: Value): string {
  if (typeof value === 'string') return value;
  throw mismatch('string', value);
}

export function asInt(value: Value): bigint {
  if (typeof value === 'bigint') return value;
  throw mismatch('int64', value);
}

export function asFloat(value: Value): number {
  if (typeof value === 'number') return value;
  throw mismatch('float64', value);
}

export function asBool(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw mismatch('bool', value);
}

export function asTime(value: Value): TimeValue {
  if (value instanceof TimeValue) return value;
  throw mismatch('time', value);
}

export function asDuration(value: Value): DurationValue {
  if (value instanceof DurationValue) return value;
  throw mismatch('duration', value);
}

export function asMap(value: Value): ValueMap {
  if (value instanceof Map) return value;
  throw mismatch('pcommon.Map', value);
}

export function asList(value: Value): readonly Value[] {
  if (Array.isArray(value)) return value;
  throw mismatch('pcommon.Slice', value);
}

const INT64_MAX = (1n << 63n) - 1n;
const INTEGER = /^[-+]?\d+$/;
const FLOAT = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const HEX_FLOAT = /^([-+]?)0[xX]([\da-fA-F]*)\.?([\da-fA-F]*)[pP]([-+]?\d{1,5})$/;
const INFINITY = /^([-+]?)inf(?:inity)?$/i;
/** Underscores stand between digits. */
const UNDERSCORES = /^_|_$|__|_[^\da-fA-F]|[^\da-fA-F_xX]_/;

function notNumber(parser: string, text: string, reason: string): EvaluationError {
  return new EvaluationError(`strconv.${parser}: parsing ${quoteGo(text)}: ${reason}`);
}

/** Go's `ParseInt(text, 10, 64)`. Throws `EvaluationError` with Go's text. */
export function parseInt64(text: string): bigint {
  if (!INTEGER.test(text)) throw notNumber('ParseInt', text, 'invalid syntax');
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  if (value <= INT64_MAX && value >= -INT64_MAX - 1n) return value;
  throw notNumber('ParseInt', text, 'value out of range');
}

/** Go's `ParseFloat(text, 64)`. Throws `EvaluationError` with Go's text. */
export function parseFloat64(text: string): number {
  const isSpaced = text.includes('_');
  if (isSpaced && UNDERSCORES.test(text)) throw notNumber('ParseFloat', text, 'invalid syntax');
  const digits = isSpaced ? text.replaceAll('_', '') : text;
  const value = FLOAT.test(digits) ? Number(digits) : hexFloat(digits);
  if (value !== undefined) {
    if (Number.isFinite(value)) return value;
    throw notNumber('ParseFloat', text, 'value out of range');
  }
  const infinity = INFINITY.exec(text);
  if (infinity !== null) return infinity[1] === '-' ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  throw notNumber('ParseFloat', text, 'invalid syntax');
}

/** `0x1.8p4`: hexadecimal digits times a power of two; undefined for other text. */
function hexFloat(text: string): number | undefined {
  const match = HEX_FLOAT.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = ''] = match;
  if (whole + fraction === '') return undefined;
  const mantissa = Number(BigInt(`0x${whole}${fraction}`));
  return (sign === '-' ? -1 : 1) * mantissa * 2 ** (Number(power) - 4 * fraction.length);
}

/** Go's conversion of a float64 to an int64, towards zero; the least int64 for what has none. */
export function truncated(value: number): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return -INT64_MAX - 1n;
  return BigInt(Math.trunc(value));
}

export function intLike(value: Value): bigint | null {
  switch (typeof value) {
    case 'bigint':
      return value;
    case 'number':
      return truncated(value);
    case 'string':
      return parseInt64(value);
    case 'boolean':
      return value ? 1n : 0n;
    default:
      return nilOrRefuse(value);
  }
}

export function floatLike(value: Value): number | null {
  switch (typeof value) {
    case 'number':
      return value;
    case 'bigint':
      return Number(value);
    case 'string':
      return parseFloat64(value);
    case 'boolean':
      return value ? 1 : 0;
    default:
      return nilOrRefuse(value);
  }
}

const TRUE_TEXTS: ReadonlySet<string> = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE_TEXTS: ReadonlySet<string> = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

export function boolLike(value: Value): boolean | null {
  switch (typeof value) {
    case 'boolean':
      return value;
    case 'bigint':
      return value !== 0n;
    case 'number':
      return value !== 0;
    case 'string':
      if (TRUE_TEXTS.has(value)) return true;
      if (FALSE_TEXTS.has(value)) return false;
      throw new EvaluationError(`strconv.ParseBool: parsing ${quoteGo(value)}: invalid syntax`);
    default:
      return nilOrRefuse(value);
  }
}

export function bytesLike(value: Value): Uint8Array | null {
  if (value instanceof Uint8Array) return value;
  switch (typeof value) {
    case 'string':
      return Buffer.from(value);
    case 'bigint': {
      const bytes = Buffer.alloc(8);
      bytes.writeBigInt64BE(value);
      return bytes;
    }
    case 'number': {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      return bytes;
    }
    case 'boolean':
      return Uint8Array.of(value ? 1 : 0);
    default:
      return nilOrRefuse(value);
  }
}

function nilOrRefuse(value: Value): null {
  if (value === null) return null;
  throw new EvaluationError(`unsupported type: ${goType(value)}`);
}
