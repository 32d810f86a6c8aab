import { EvaluationError } from '../errors.ts';
import { floatText, plainFloatText } from './float-text.ts';
import { jsonText } from './json-text.ts';
import { DurationValue, goType, IdValue, RowsValue, TimeValue, type Value } from './value.ts';

/**
 * A value as text where a function takes anything "like a string": numbers in decimal, bytes in hex,
 * lists and maps as JSON. nil stays nil. Throws `EvaluationError` for times, durations and ids.
 */
export function stringLike(value: Value): string | null {
  if (value === null || typeof value === 'string') return value;
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      return plainFloatText(value);
    default:
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value) || value instanceof Map) return jsonText(value);
  throw new EvaluationError(`unsupported type: ${goType(value)}`);
}

/** A value as pdata's `AsString` has it: bytes in base64, nil as nothing. */
export function pdataText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return jsonText(value);
}

/** A value in an error text, about as Go's `%v` has it. */
export function valueText(value: Value): string {
  if (value === null) return '<nil>';
  if (value instanceof DurationValue) return durationText(value.nanos);
  if (value instanceof TimeValue)
    return new Date(Number(value.unixNano / 1_000_000n)).toISOString();
  if (value instanceof IdValue) return value.hex;
  if (value instanceof RowsValue) return value.goType;
  return stringLike(value) ?? '<nil>';
}

const NANOS_PER_MICRO = 1_000n;
const NANOS_PER_MILLI = 1_000_000n;
const NANOS_PER_SECOND = 1_000_000_000n;

/** Go's `Duration.String`: `1h2m3.5s`, `1.5ms`, `0s`. */
export function durationText(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (size < NANOS_PER_MICRO) return `${sign}${size}ns`;
  if (size < NANOS_PER_MILLI) return `${sign}${decimal(size, NANOS_PER_MICRO)}µs`;
  if (size < NANOS_PER_SECOND) return `${sign}${decimal(size, NANOS_PER_MILLI)}ms`;
  const minutes = size / NANOS_PER_SECOND / 60n;
  const seconds = `${decimal(size - minutes * 60n * NANOS_PER_SECOND, NANOS_PER_SECOND)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return hours === 0n
    ? `${sign}${minutes}m${seconds}`
    : `${sign}${hours}h${minutes % 60n}m${seconds}`;
}

function decimal(nanos: bigint, unit: bigint): string {
  const fraction = String(nanos % unit)
    .padStart(String(unit).length - 1, '0')
    .replace(/0+$/, '');
  const whole = String(nanos / unit);
  return fraction === '' ? whole : `${whole}.${fraction}`;
}
