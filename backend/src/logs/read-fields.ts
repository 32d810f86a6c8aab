import { param, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { LogFieldName } from '../api/contract/index.ts';
import { atSecond, inTimestamps } from '../instant-sql.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';
import type { Asking } from './log-scope.ts';
import { BODY_PREFIX, LOG_FIELD_NAMES, LOG_FIELDS } from './search/log-fields.ts';

export interface FieldsWish {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** Part of a name, any case. */
  readonly search: string;
  readonly limit: number;
}

/** Records that are looked at for the keys of JSON bodies: the newest of the last hour. */
const SAMPLED_RECORDS = 2000;
const HOUR_MS = 3_600_000;

interface KeyRow {
  readonly key: string;
  readonly on: 'log' | 'resource' | 'body';
  readonly entries: number;
}

const KeyRowSchema: z.ZodType<KeyRow> = z.object({
  key: z.string(),
  on: z.enum(['log', 'resource', 'body']),
  entries: uint64Number,
});

/**
 * What records can be searched and shown by: their own properties, attributes by frequency, then the
 * keys of bodies that are JSON objects (of the newest records alone).
 */
export async function readLogFields(
  store: StoreReader,
  wish: FieldsWish,
  { meter, signal }: Asking,
): Promise<LogFieldName[]> {
  const needle = wish.search.toLowerCase();
  const [keys, bodyKeys] = await Promise.all([
    store.read(keysQuery(wish), signal),
    store.read(bodyKeysQuery(wish), signal),
  ]);
  const own = LOG_FIELD_NAMES.filter((name) => name.includes(needle)).map((name) => ({
    ...{ name, on: 'field' as const, entries: 0 },
  }));
  const attributes = meter
    .rows(keys)
    .filter(({ key }) => !LOG_FIELDS.has(key))
    .map(({ key, on, entries }) => ({ name: key, on, entries }));
  const inBodies = meter
    .rows(bodyKeys)
    .map(({ key, on, entries }) => ({ name: `${BODY_PREFIX}${key}`, on, entries }));
  return [...own, ...attributes, ...inBodies];
}

function keysQuery(wish: FieldsWish): StoreQuery<KeyRow> {
  const { tenant, range } = wish;
  return {
    summary: 'SELECT attribute_catalogue keys',
    row: KeyRowSchema,
    sql: sql`
      SELECT key, toString(carrier) AS on, sum(entries) AS entries
      FROM attribute_catalogue
      WHERE tenant = ${param.string(tenant)} AND carrier IN ('log', 'resource')
        AND time >= toStartOfHour(${atSecond(range.from)}) AND time <= ${atSecond(range.to)}
        AND positionCaseInsensitiveUTF8(key, ${param.string(wish.search)}) > 0
      GROUP BY key, carrier
      ORDER BY on = 'log' DESC, entries DESC, key
      LIMIT ${param.uint64(wish.limit)}`,
  };
}

/** One level of keys, and those of objects below it. */
function bodyKeysQuery({ tenant, range, search, limit }: FieldsWish): StoreQuery<KeyRow> {
  const window = { from: Math.max(range.from, range.to - HOUR_MS), to: range.to };
  return {
    summary: 'SELECT logs keys of bodies',
    row: KeyRowSchema,
    sql: sql`
      SELECT key, 'body' AS on, count() AS entries
      FROM (
        SELECT arrayJoin(arrayFlatten(arrayMap(
          k -> if(JSONType(body, k) = 'Object',
            arrayMap(inner -> concat(k, '.', inner), JSONExtractKeys(body, k)), [k]),
          JSONExtractKeys(body)))) AS key
        FROM (
          SELECT body FROM logs
          WHERE tenant = ${param.string(tenant)} AND ${inTimestamps(window)}
            AND startsWith(body, '{')
          ORDER BY toStartOfFiveMinutes(timestamp) DESC, timestamp DESC
          LIMIT ${param.uint64(SAMPLED_RECORDS)}
        )
      )
      WHERE positionCaseInsensitiveUTF8(concat('body.', key), ${param.string(search)}) > 0
      GROUP BY key
      ORDER BY entries DESC, key
      LIMIT ${param.uint64(limit)}`,
  };
}
