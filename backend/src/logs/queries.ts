import { joinSql, param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { type AttributeArrays, AttributeArraysColumn } from '../attributes.ts';
import { atNano, inTimestamps } from '../instant-sql.ts';
import type { StoreQuery } from '../store-reader.ts';
import type { TimeSteps } from '../time-steps.ts';
import type { TimeWindow } from '../time-windows.ts';

/** Which records; an absent filter lets all pass. */
export interface LogFilter {
  readonly tenant: string;
  readonly service?: string | undefined;
  /** OTLP severity numbers, 1 to 24. */
  readonly minSeverity?: number | undefined;
  /** Part of the body, ASCII letters in either case. */
  readonly text?: string | undefined;
  /** 32 hex digits. */
  readonly traceId?: string | undefined;
}

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

export interface LogRow {
  readonly time_nano: string;
  readonly observed_nano: string;
  readonly service: string;
  readonly severity_number: number;
  readonly severity_text: string;
  readonly body: string;
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

const LogRowSchema: z.ZodType<LogRow> = z.object({
  time_nano: z.string(),
  observed_nano: z.string(),
  service: z.string(),
  severity_number: z.number(),
  severity_text: z.string(),
  body: z.string(),
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

export interface LogsPage {
  readonly window: TimeWindow;
  readonly after: LogPosition | undefined;
  readonly limit: number;
}

/** Records of the window, newest first. */
export function logsQuery(filter: LogFilter, page: LogsPage): StoreQuery<LogRow> {
  return {
    summary: 'SELECT logs',
    row: LogRowSchema,
    // The table is sorted by five-minute buckets: naming them first lets the engine stop early.
    sql: sql`
      SELECT toString(toUnixTimestamp64Nano(timestamp)) AS time_nano,
        toString(toUnixTimestamp64Nano(observed_timestamp)) AS observed_nano,
        service, severity_number, severity_text, body, event_name,
        if(trace_id = toFixedString('', 16), '', lower(hex(trace_id))) AS trace,
        if(span_id = toFixedString('', 8), '', lower(hex(span_id))) AS span,
        scope_name,
        (mapKeys(attributes), mapValues(attributes), attribute_types) AS attribute_arrays,
        lower(hex(resource_fingerprint)) AS resource,
        retention_days,
        toString(_block_number) AS block,
        toString(_block_offset) AS offset
      FROM logs
      WHERE ${matches(filter, page.window)} AND ${isAfter(page.after)}
      ORDER BY toStartOfFiveMinutes(timestamp) DESC, timestamp DESC,
        retention_days DESC, _block_number DESC, _block_offset DESC
      LIMIT ${param.uint64(page.limit)}`,
  };
}

export interface LogCountRow {
  readonly step: number;
  readonly error_count: number;
  readonly warn_count: number;
  readonly other_count: number;
}

const LogCountRowSchema: z.ZodType<LogCountRow> = z.object({
  step: z.number(),
  error_count: uint64Number,
  warn_count: uint64Number,
  other_count: uint64Number,
});

/** First number of OTLP's severity ranges WARN and ERROR. */
const WARN = 13;
const ERROR = 17;

/** Records a step by severity class, of all that match. */
export function logHistogramQuery(filter: LogFilter, steps: TimeSteps): StoreQuery<LogCountRow> {
  const window = { from: steps.fromMs, to: steps.toMs };
  return {
    summary: 'SELECT logs histogram',
    row: LogCountRowSchema,
    sql: sql`
      SELECT
        toUInt32(intDiv(toUnixTimestamp64Milli(timestamp) - ${param.int64(steps.fromMs)},
          ${param.int64(steps.stepMs)})) AS step,
        countIf(severity_number >= ${param.uint64(ERROR)}) AS error_count,
        countIf(severity_number >= ${param.uint64(WARN)} AND severity_number < ${param.uint64(ERROR)})
          AS warn_count,
        countIf(severity_number < ${param.uint64(WARN)}) AS other_count
      FROM logs
      WHERE ${matches(filter, window)}
      GROUP BY step
      ORDER BY step`,
  };
}

function matches(filter: LogFilter, window: TimeWindow): Sql {
  const { service, minSeverity, text, traceId } = filter;
  const conditions = [
    sql`tenant = ${param.string(filter.tenant)} AND ${inTimestamps(window)}`,
    service === undefined ? undefined : sql`service = ${param.string(service)}`,
    minSeverity === undefined ? undefined : sql`severity_number >= ${param.uint64(minSeverity)}`,
    text === undefined ? undefined : sql`lower(body) LIKE ${param.string(likePattern(text))}`,
    traceId === undefined
      ? undefined
      : sql`trace_id = toFixedString(unhex(${param.string(traceId)}), 16)`,
  ];
  return joinSql(
    conditions.filter((each) => each !== undefined),
    ' AND ',
  );
}

/** The engine's `lower` knows ASCII only, and the word index is over it. */
function likePattern(text: string): string {
  const lower = text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  return `%${lower.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
}

function isAfter(position: LogPosition | undefined): Sql {
  if (position === undefined) return sql`1`;
  const [time, retentionDays, block, offset] = position;
  return sql`timestamp <= ${atNano(time)}
    AND (timestamp, retention_days, _block_number, _block_offset)
      < (${atNano(time)}, ${param.uint64(retentionDays)}, ${param.int64(BigInt(block))}, ${param.int64(BigInt(offset))})`;
}
