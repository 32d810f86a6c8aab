import { param, sql } from '@sonde/store';
import { z } from 'zod';
import type { Attribute, LogRecord } from '../api/contract/index.ts';
import { ApiFailure } from '../api/failure.ts';
import { type AttributeArrays, AttributeArraysColumn, attributesOf } from '../attributes.ts';
import { atHour } from '../instant-sql.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { logsQuery, newerLogsQuery, recordQuery } from './list-query.ts';
import { type LogPosition, type LogRow, recordOf } from './log-rows.ts';
import type { Asking, LogScope } from './log-scope.ts';
import { endMs } from './read-logs.ts';

/** Whose lines surround a record: its process's, its service's, or everybody's. */
export type Surroundings = 'process' | 'service' | 'all';

const MINUTE_MS = 60_000;
/** How far from the record lines are looked for, step by step until there are enough. */
const REACH_MS: readonly number[] = [10 * MINUTE_MS, 60 * MINUTE_MS, 1440 * MINUTE_MS];
const HOUR_MS = 60 * MINUTE_MS;

export interface RecordWish {
  readonly tenant: string;
  readonly position: LogPosition;
}

export interface RecordFound {
  readonly record: LogRecord;
  readonly resource: readonly Attribute[];
}

/** A record whole, with the attributes of its resource. Rejects with `ApiFailure` `NOT_FOUND`. */
export async function readRecord(
  store: StoreReader,
  wish: RecordWish,
  asking: Asking,
): Promise<RecordFound> {
  const row = await findRow(store, wish, asking);
  const query = resourceQuery(wish, row);
  const [resource] = asking.meter.rows(await store.read(query, asking.signal));
  return {
    record: recordOf(row),
    resource: resource === undefined ? [] : attributesOf(resource.attribute_arrays),
  };
}

async function findRow(
  store: StoreReader,
  { tenant, position }: RecordWish,
  { meter, signal }: Asking,
): Promise<LogRow> {
  const [row] = meter.rows(await store.read(recordQuery(tenant, position), signal));
  if (row !== undefined) return row;
  throw new ApiFailure('NOT_FOUND', 'there is no such log record', {
    hint: 'It may have left with its day: the retention of logs is in the settings.',
  });
}

export interface SurroundingsFound {
  /** Oldest first. */
  readonly before: readonly LogRecord[];
  readonly record: LogRecord;
  readonly after: readonly LogRecord[];
}

/** The lines next to a record, within a day. */
export async function readSurroundings(
  store: StoreReader,
  wish: RecordWish & { readonly of: Surroundings; readonly limit: number },
  asking: Asking,
): Promise<SurroundingsFound> {
  const row = await findRow(store, wish, asking);
  const at = endMs(wish.position);
  const scope = surroundingScope(row, wish, at);
  const { position, limit } = wish;
  const older = await within(limit, (reach) => {
    const window = { from: at - reach, to: at };
    return store.read(logsQuery(scope, { window, after: position, limit }), asking.signal);
  });
  const newer = await within(limit, (reach) => {
    const window = { from: at - 1, to: at + reach };
    return store.read(newerLogsQuery(scope, { window, before: position, limit }), asking.signal);
  });
  return {
    before: asking.meter
      .rows(older)
      .map((row) => recordOf(row))
      .reverse(),
    record: recordOf(row),
    after: asking.meter.rows(newer).map((row) => recordOf(row)),
  };
}

function surroundingScope(
  row: LogRow,
  { tenant, of }: { readonly tenant: string; readonly of: Surroundings },
  at: number,
): LogScope {
  const range = { from: at - 24 * HOUR_MS, to: at + 24 * HOUR_MS };
  const service = of === 'all' ? {} : { service: row.service };
  const fingerprint = of === 'process' ? { resource: row.resource } : {};
  return {
    tenant,
    filter: { tenant, ...service, ...fingerprint },
    range,
    search: undefined,
    carriers: new Map(),
  };
}

/** Asks with a growing reach until there are as many rows as wanted. */
async function within<Answer extends { readonly rows: readonly unknown[] }>(
  limit: number,
  ask: (reachMs: number) => Promise<Answer>,
): Promise<Answer> {
  const [first = HOUR_MS, ...rest] = REACH_MS;
  let answer = await ask(first);
  for (const reach of rest) {
    if (answer.rows.length >= limit) break;
    answer = await ask(reach);
  }
  return answer;
}

interface ResourceRow {
  readonly attribute_arrays: AttributeArrays;
}

const ResourceRowSchema: z.ZodType<ResourceRow> = z.object({
  attribute_arrays: AttributeArraysColumn,
});

/** Resources are written once an hour: the record's hour has it, or the one before (late batches). */
function resourceQuery(
  { tenant, position }: RecordWish,
  { service, resource: fingerprint }: LogRow,
): StoreQuery<ResourceRow> {
  const at = endMs(position);
  return {
    summary: 'SELECT the resource of a log record',
    row: ResourceRowSchema,
    sql: sql`
      SELECT (mapKeys(attributes), mapValues(attributes), attribute_types) AS attribute_arrays
      FROM resources
      WHERE tenant = ${param.string(tenant)}
        AND bucket >= ${atHour(at - HOUR_MS)} AND bucket <= ${atHour(at + HOUR_MS)}
        AND service = ${param.string(service)} AND lower(hex(fingerprint)) = ${param.string(fingerprint)}
      LIMIT 1`,
  };
}
