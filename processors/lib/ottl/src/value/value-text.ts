import { formatDuration, formatGoTime } from '@sonde/time-text';
import { floatText } from './float-text.ts';
import { goTimeOf } from './go-times.ts';
import { jsonText } from './json-text.ts';
import { DurationValue, IdValue, RowsValue, TimeValue, type Value } from './value.ts';

/**
 * A value as text where a function takes anything "like a string": bytes in hex, anything else as
 * JSON. nil stays nil. Throws `EvaluationError` for what has no JSON.
 */
export function stringLike(value: Value): string | null {
  if (value === null || typeof value === 'string') return value;
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      // The JSON encoder of this place writes two digits of an exponent.
      return jsonText(value).replace(/e([+-])([0-9])$/, 'e$10$2');
    default:
  }
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return jsonText(value);
}

/** A value as pdata's `AsString` has it: bytes in base64, nil as nothing. */
export function pdataText(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return floatText(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return jsonText(value);
}

/** How Go's `Time.String` writes a time. */
export const GO_TIME_LAYOUT = '2006-01-02 15:04:05.999999999 -0700 MST';

/** A value in an error text, about as Go's `%v` has it. */
export function valueText(value: Value): string {
  if (value === null) return '<nil>';
  if (value instanceof DurationValue) return formatDuration(value.nanos);
  if (value instanceof TimeValue) return formatGoTime(goTimeOf(value), GO_TIME_LAYOUT);
  if (value instanceof IdValue) return value.hex;
  if (value instanceof RowsValue) return value.goType;
  return stringLike(value) ?? '<nil>';
}
