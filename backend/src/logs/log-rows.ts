import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { LogRecord } from '../api/contract/index.ts';
import { encodeCursor } from '../api/cursor.ts';
import { type AttributeArrays, AttributeArraysColumn, attributesOf } from '../attributes.ts';

/**
 * A record for ever: its time, its retention class (part of the partition), and the place in the
 * partition that it got when it was inserted.
 */
export type LogPosition = readonly [
  timeUnixNano: string,
  retentionDays: number,
  block: string,
  offset: string,
];

const digits = z.string().regex(/^\d{1,19}$/);

/** Of a cursor, and of a record's id. */
export const LogPositionShape: z.ZodType<LogPosition> = z.tuple([
  digits,
  z.number().int().min(0).max(65_535),
  digits,
  digits,
]);

export interface LogRow {
  readonly time_nano: string;
  readonly observed_nano: string;
  readonly service: string;
  readonly namespace: string;
  readonly environment: string;
  readonly host: string;
  readonly instance: string;
  readonly severity_number: number;
  readonly severity_text: string;
  readonly body_text: string;
  readonly body_bytes: number;
  readonly event_name: string;
  readonly trace: string;
  readonly span: string;
  readonly scope_name: string;
  readonly attribute_arrays: AttributeArrays;
  readonly resource: string;
  readonly retention_days: number;
  readonly block: string;
  readonly offset: string;
}

export const LogRowSchema: z.ZodType<LogRow> = z.object({
  time_nano: z.string(),
  observed_nano: z.string(),
  service: z.string(),
  namespace: z.string(),
  environment: z.string(),
  host: z.string(),
  instance: z.string(),
  severity_number: z.number(),
  severity_text: z.string(),
  body_text: z.string(),
  body_bytes: z.coerce.number(),
  event_name: z.string(),
  trace: z.string(),
  span: z.string(),
  scope_name: z.string(),
  attribute_arrays: AttributeArraysColumn,
  resource: z.string(),
  retention_days: z.number(),
  block: z.string(),
  offset: z.string(),
});

/** Bytes of a body in a list; a record by its id has all of it. */
export const LISTED_BODY_BYTES_MAX = 16_384;

/** The columns of `LogRow`, bodies cut to so many bytes; all of them without a figure. */
export function logColumns(bodyBytesMax?: number): Sql {
  const body =
    bodyBytesMax === undefined
      ? sql`body`
      : sql`if(length(body) > ${param.uint64(bodyBytesMax)},
          toValidUTF8(substring(body, 1, ${param.uint64(bodyBytesMax)})), body)`;
  return sql`toString(toUnixTimestamp64Nano(timestamp)) AS time_nano,
    toString(toUnixTimestamp64Nano(observed_timestamp)) AS observed_nano,
    service, namespace, environment, host, instance,
    severity_number, severity_text,
    ${body} AS body_text, length(body) AS body_bytes, event_name,
    if(trace_id = toFixedString('', 16), '', lower(hex(trace_id))) AS trace,
    if(span_id = toFixedString('', 8), '', lower(hex(span_id))) AS span,
    scope_name,
    (mapKeys(attributes), mapValues(attributes), attribute_types) AS attribute_arrays,
    lower(hex(resource_fingerprint)) AS resource,
    retention_days,
    toString(_block_number) AS block,
    toString(_block_offset) AS offset`;
}

/** Newest first. The table is sorted by five-minute buckets: naming them lets the engine stop early. */
export const NEWEST_FIRST: Sql = sql`ORDER BY toStartOfFiveMinutes(timestamp) DESC, timestamp DESC,
  retention_days DESC, _block_number DESC, _block_offset DESC`;
export const OLDEST_FIRST: Sql = sql`ORDER BY toStartOfFiveMinutes(timestamp), timestamp,
  retention_days, _block_number, _block_offset`;

export function positionOf(row: LogRow): LogPosition {
  return [row.time_nano, row.retention_days, row.block, row.offset];
}

/** `resource`: wanted attributes of its resource; undefined where none are. */
export function recordOf(row: LogRow, resource?: LogRecord['resource']): LogRecord {
  return {
    id: encodeCursor(positionOf(row)),
    timeUnixNano: row.time_nano,
    observedTimeUnixNano: row.observed_nano,
    service: row.service,
    namespace: row.namespace,
    environment: row.environment,
    host: row.host,
    instance: row.instance,
    severityNumber: row.severity_number,
    severityText: row.severity_text,
    body: row.body_text,
    bodyBytes: row.body_bytes,
    eventName: row.event_name,
    traceId: row.trace,
    spanId: row.span,
    scopeName: row.scope_name,
    attributes: attributesOf(row.attribute_arrays),
    resourceFingerprint: row.resource,
    ...(resource === undefined ? {} : { resource }),
  };
}
