import { param, type Sql, sql } from '@sonde/store';
import { atNano } from '../instant-sql.ts';
import type { StoreQuery } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';
import {
  LISTED_BODY_BYTES_MAX,
  type LogPosition,
  type LogRow,
  LogRowSchema,
  logColumns,
  NEWEST_FIRST,
  OLDEST_FIRST,
} from './log-rows.ts';
import { type LogScope, logsIn } from './log-scope.ts';

export interface LogsPage {
  readonly window: TimeWindow;
  /** Older than that. */
  readonly after?: LogPosition | undefined;
  readonly limit: number;
}

/** Records of the window, newest first. */
export function logsQuery(scope: LogScope, page: LogsPage): StoreQuery<LogRow> {
  return {
    summary: 'SELECT logs',
    row: LogRowSchema,
    sql: sql`
      SELECT ${logColumns(LISTED_BODY_BYTES_MAX)}
      FROM logs
      WHERE ${logsIn(scope, page.window)} AND ${isOlder(page.after)}
      ${NEWEST_FIRST}
      LIMIT ${param.uint64(page.limit)}`,
  };
}

/** Records of the window that are newer than a position, oldest first. */
export function newerLogsQuery(
  scope: LogScope,
  page: { readonly window: TimeWindow; readonly before: LogPosition; readonly limit: number },
): StoreQuery<LogRow> {
  return {
    summary: 'SELECT logs newer',
    row: LogRowSchema,
    sql: sql`
      SELECT ${logColumns(LISTED_BODY_BYTES_MAX)}
      FROM logs
      WHERE ${logsIn(scope, page.window)}
        AND timestamp >= ${atNano(page.before[0])} AND ${PLACE} > ${placeOf(page.before)}
      ${OLDEST_FIRST}
      LIMIT ${param.uint64(page.limit)}`,
  };
}

const PLACE = sql`(timestamp, retention_days, _block_number, _block_offset)`;

function placeOf([time, retentionDays, block, offset]: LogPosition): Sql {
  return sql`(${atNano(time)}, ${param.uint64(retentionDays)}, ${param.int64(BigInt(block))},
    ${param.int64(BigInt(offset))})`;
}

function isOlder(position: LogPosition | undefined): Sql {
  if (position === undefined) return sql`1`;
  return sql`timestamp <= ${atNano(position[0])} AND ${PLACE} < ${placeOf(position)}`;
}

/** The record at a position, whole. */
export function recordQuery(tenant: string, position: LogPosition): StoreQuery<LogRow> {
  const at = atNano(position[0]);
  return {
    summary: 'SELECT a log record',
    row: LogRowSchema,
    sql: sql`
      SELECT ${logColumns()}
      FROM logs
      WHERE tenant = ${param.string(tenant)}
        AND toStartOfFiveMinutes(timestamp) = toStartOfFiveMinutes(${at})
        AND timestamp = ${at} AND ${PLACE} = ${placeOf(position)}
      LIMIT 1`,
  };
}
