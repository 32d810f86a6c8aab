import { formatGoTime } from '@sonde/time-text';
import { EvaluationError } from '../errors.ts';
import { floatText } from './float-text.ts';
import { goTimeOf } from './go-times.ts';
import { DurationValue, goType, IdValue, type RowsValue, TimeValue, type Value } from './value.ts';

const RFC3339 = '2006-01-02T15:04:05.999999999Z07:00';

/** What Go's encoder writes as an escape, beside what JSON must: it assumes a page of HTML around. */
const HTML = /[<>&\u2028\u2029]/g;

/** JSON as Go's encoder has it: keys sorted by bytes, bytes as base64, no NaN and no infinities. */
export function jsonText(value: Value): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) {
        throw new EvaluationError(`json: unsupported value: ${floatText(value)}`);
      }
      return floatText(value);
    case 'string':
      return quoted(value);
    default:
  }
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`;
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (value instanceof Map) {
    const keys = [...value.keys()].sort(byBytes);
    return `{${keys.map((key) => `${quoted(key)}:${jsonText(value.get(key) ?? null)}`).join(',')}}`;
  }
  return jsonOfOther(value);
}

function jsonOfOther(value: TimeValue | DurationValue | IdValue | RowsValue): string {
  if (value instanceof DurationValue) return String(value.nanos);
  if (value instanceof IdValue) return `[${value.bytes.join(',')}]`;
  if (value instanceof TimeValue) return `"${formatGoTime(goTimeOf(value), RFC3339)}"`;
  throw new EvaluationError(`unsupported type: ${goType(value)}`);
}

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    HTML,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Go compares strings by their bytes. */
export function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
