import { HEADERS, type NewRecord } from '@sonde/buffer';
import {
  AnyValueType,
  type AttributeEditor,
  decodeRequests,
  type EncodedRequest,
  EncodedValue,
  LogColumns,
  LogEditor,
  readNestedValue,
  readValue,
} from '@sonde/proto';
import type { RawConfig } from './config.ts';
import type { Records, TooLarge } from './to-records.ts';

/** A batch's and a record's framing, and Sonde's own headers. */
const BESIDE_BYTES = 1024;

export interface RawLimits extends RawConfig {
  readonly messageBytesMax: number;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A message a log record (`encoding: raw`): the bytes of a body that is bytes, any other body as JSON.
 * Its key and some of its headers are attributes of the record, where the configuration says so.
 */
export function toRawRecords(request: EncodedRequest, limits: RawLimits): Records {
  const columns = decodeRequests('logs', [request]);
  const records: NewRecord[] = [];
  const tooLarge: TooLarge[] = [];
  if (!(columns instanceof LogColumns)) return { records, tooLarge };
  const row = new LogEditor(columns);
  for (let at = 0; at < columns.count; at += 1) {
    row.openRow(at);
    const record = toRecord(request, {
      limits,
      row: row.attributes,
      value: bodyOf(columns, row, at),
    });
    const size = record.value.length;
    if (size + BESIDE_BYTES <= limits.messageBytesMax) records.push(record);
    else {
      const reason = `record size ${size} exceeds max ${limits.messageBytesMax - BESIDE_BYTES}`;
      tooLarge.push({ record, items: 1, reason });
    }
  }
  return { records, tooLarge };
}

function toRecord(
  { tenant, receivedUnixMs }: EncodedRequest,
  of: { readonly limits: RawLimits; readonly row: AttributeEditor; readonly value: Uint8Array },
): NewRecord {
  const { limits, row, value } = of;
  const headers: Record<string, string> = { [HEADERS.tenant]: tenant, ...limits.headers };
  for (const name of limits.headers_from_attributes) {
    const text = textOf(row, name);
    if (text !== undefined) headers[name] = text;
  }
  const key = limits.key_from_attribute === '' ? undefined : textOf(row, limits.key_from_attribute);
  return {
    ...(key === undefined ? {} : { key: Buffer.from(key) }),
    value,
    headers,
    timestampUnixMs: Math.max(0, Math.floor(receivedUnixMs)),
  };
}

/** Undefined where the record has no such text. */
function textOf(row: AttributeEditor, name: string): string | undefined {
  const at = row.indexOf(row.findKey(name));
  const value = at < 0 ? undefined : row.valueAt(at);
  return typeof value === 'string' ? value : undefined;
}

function bodyOf(columns: LogColumns, row: LogEditor, at: number): Uint8Array {
  const { body } = row;
  if (body === null) return new Uint8Array(0);
  if (typeof body === 'string') return Buffer.from(JSON.stringify(body));
  if (!(body instanceof EncodedValue)) return Buffer.from(String(body));
  if (body.type !== AnyValueType.bytes) {
    return Buffer.from(readValue(columns.body, at, body.type));
  }
  const bytes = readNestedValue(body);
  return bytes instanceof Uint8Array ? bytes : new Uint8Array(0);
}
