import type { Columns } from '../columns/index.ts';
import type { LogColumns } from '../columns/log-columns.ts';
import type { MetricColumns } from '../columns/metric-columns.ts';
import type { ProfileColumns } from '../columns/profile-columns.ts';
import type { SpanColumns } from '../columns/span-columns.ts';
import type { KeepPoints } from '../edit/select-points.ts';
import { protobufToJson } from '../json/protobuf-to-json.ts';
import { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { writeGroups } from './groups.ts';
import { writeLogRecord } from './log-record.ts';
import { MetricWriter } from './metric.ts';
import { ProfileWriter } from './profile.ts';
import { writeSpan } from './span.ts';

const FIRST_BYTES = 64 * 1024;
/** Memory kept from one call to the next. */
const KEPT_BYTES_MAX: number = 8 * 1024 * 1024;

let scratch = new ReverseWriter(FIRST_BYTES);

/**
 * The rows of a batch as one `Export*ServiceRequest` in protobuf, in their order: the resources and
 * scopes of rows that follow each other stand once. One pass; the bytes are the caller's.
 *
 * Decoding them gives every cell of the batch again but what belongs to requests (tenant, time of
 * receipt, where each ended). Fields that OTLP has not or got later are kept on resources and
 * scopes alone, enums over 255 are 255, and the references of profiles stand as their strings. A
 * batch of several tenants needs a call for each.
 *
 * Throws `RangeError` for a message over 2 GiB.
 */
export function encodeColumns(columns: Columns): Uint8Array {
  return columns.signal === 'metrics' ? encodePoints(columns, {}) : encode(columns, undefined);
}

/**
 * As `encodeColumns`, with the rows only whose byte in `keep` is not 0: spans, log records, profiles
 * or rows of the metrics table. Resources and scopes without rows are not written: no rows are no
 * bytes.
 */
export function encodeRows(columns: Columns, keep: Uint8Array): Uint8Array {
  return columns.signal === 'metrics'
    ? encodePoints(columns, { metrics: keep })
    : encode(columns, keep);
}

/** As `encodeRows`, by points; a metric whose points all fell away falls away. */
export function encodePoints(columns: MetricColumns, keep: KeepPoints): Uint8Array {
  const writer = start();
  const metrics = new MetricWriter(columns, keep);
  writeGroups(writer, columns, metrics, (_, __, row) => metrics.write(writer, row));
  return finish(writer);
}

/** `encodeColumns` as OTLP/JSON: what `protobufToJson` makes of it. */
export function columnsToJson(columns: Columns): string {
  return protobufToJson(columns.signal, encodeColumns(columns));
}

function encode(
  columns: SpanColumns | LogColumns | ProfileColumns,
  keep: Uint8Array | undefined,
): Uint8Array {
  const writer = start();
  const rows = keep === undefined ? undefined : { has: (row: number) => keep[row] !== 0 };
  switch (columns.signal) {
    case 'traces':
      writeGroups(writer, columns, rows, writeSpan);
      break;
    case 'logs':
      writeGroups(writer, columns, rows, writeLogRecord);
      break;
    case 'profiles': {
      const profiles = new ProfileWriter(columns, keep);
      profiles.writeDictionary(writer);
      writeGroups(writer, columns, rows, (_, __, row) => profiles.write(writer, row));
    }
  }
  return finish(writer);
}

function start(): ReverseWriter {
  scratch.at = scratch.bytes.length;
  return scratch;
}

function finish(writer: ReverseWriter): Uint8Array {
  const bytes = writer.finish();
  if (writer.bytes.length > KEPT_BYTES_MAX) scratch = new ReverseWriter(FIRST_BYTES);
  return bytes;
}
