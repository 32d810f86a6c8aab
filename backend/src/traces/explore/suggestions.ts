import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { AttributeKey, AttributeValue } from '../../api/contract/index.ts';
import { atSecond } from '../../instant-sql.ts';
import type { StoreQuery, StoreReader } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import { FIELD_NAMES, SPAN_FIELDS, type SpanField } from '../where/fields.ts';
import { type Asking, inMinutes } from './span-scope.ts';

export interface SuggestionWish {
  readonly tenant: string;
  readonly range: TimeWindow;
  /** Part of a key or value, any case. */
  readonly search: string;
  readonly limit: number;
}

/** What spans can be filtered and grouped by: their own properties, then attributes by frequency. */
export async function readKeys(
  store: StoreReader,
  wish: SuggestionWish,
  { meter, signal }: Asking,
): Promise<AttributeKey[]> {
  const needle = wish.search.toLowerCase();
  const fields = FIELD_NAMES.filter((name) => name.includes(needle));
  const rows = meter.rows(await store.read(keysQuery(wish), signal));
  const attributes = rows
    .filter(({ key }) => !SPAN_FIELDS.has(key))
    .map(({ key, on, entries }) => ({ key, on, entries }));
  return [...fields.map((key) => ({ key, on: 'field' as const, entries: 0 })), ...attributes];
}

interface KeyRow {
  readonly key: string;
  readonly on: 'span' | 'resource';
  readonly entries: number;
}

const KeyRowSchema: z.ZodType<KeyRow> = z.object({
  key: z.string(),
  on: z.enum(['span', 'resource']),
  entries: uint64Number,
});

function keysQuery(wish: SuggestionWish): StoreQuery<KeyRow> {
  return {
    summary: 'SELECT attribute_catalogue keys',
    row: KeyRowSchema,
    sql: sql`
      SELECT key, toString(carrier) AS on, sum(entries) AS entries
      FROM attribute_catalogue
      WHERE ${inCatalogue(wish)} AND positionCaseInsensitiveUTF8(key, ${param.string(wish.search)}) > 0
      GROUP BY key, carrier
      ORDER BY on = 'span' DESC, entries DESC, key
      LIMIT ${param.uint64(wish.limit)}`,
  };
}

/** The most frequent values of a key: of attributes an estimate from one span of sixteen. */
export async function readValues(
  store: StoreReader,
  wish: SuggestionWish & { readonly key: string },
  { meter, signal }: Asking,
): Promise<AttributeValue[]> {
  const field = SPAN_FIELDS.get(wish.key);
  if (field?.choices !== undefined) {
    return [...field.choices.keys()].map((value) => ({ value, count: 0 }));
  }
  if (field?.kind === 'duration') return [];
  const query = field === undefined ? valuesQuery(wish) : fieldValuesQuery(wish, field);
  const rows = meter.rows(await store.read(query, signal));
  return rows.filter(({ value }) => value !== '');
}

interface ValueRow {
  readonly value: string;
  readonly count: number;
}

const ValueRowSchema: z.ZodType<ValueRow> = z.object({ value: z.string(), count: uint64Number });

function fieldValuesQuery(wish: SuggestionWish, field: SpanField): StoreQuery<ValueRow> {
  const from = field.rollUp === undefined ? sql`resources` : sql`red_1m`;
  const count = field.rollUp === undefined ? sql`count()` : sql`toUInt64(sum(spans))`;
  const hours = sql`tenant = ${param.string(wish.tenant)}
    AND bucket >= toStartOfHour(${atSecond(wish.range.from)})`;
  // What is not in the roll-up is one of the resource's columns or too varied to offer.
  if (field.rollUp === undefined && !isResourceColumn(field)) return NO_VALUES;
  const within = field.rollUp === undefined ? hours : inMinutes(wish.tenant, wish.range);
  return {
    summary: 'SELECT values of a field',
    row: ValueRowSchema,
    sql: sql`
      SELECT toString(${field.column}) AS value, ${count} AS count
      FROM ${from}
      WHERE ${within}
      GROUP BY value
      HAVING positionCaseInsensitiveUTF8(value, ${param.string(wish.search)}) > 0
      ORDER BY count DESC, value
      LIMIT ${param.uint64(wish.limit)}`,
  };
}

const NO_VALUES: StoreQuery<ValueRow> = {
  summary: 'SELECT nothing',
  row: ValueRowSchema,
  sql: sql`SELECT '' AS value, toUInt64(0) AS count WHERE 0`,
};

function isResourceColumn(field: SpanField): boolean {
  return [SPAN_FIELDS.get('host'), SPAN_FIELDS.get('instance')].includes(field);
}

const CARRIER_PREFIX = /^(span|resource)\./;

function valuesQuery(wish: SuggestionWish & { readonly key: string }): StoreQuery<ValueRow> {
  const key = wish.key.replace(CARRIER_PREFIX, '');
  return {
    summary: 'SELECT attribute_catalogue values',
    row: ValueRowSchema,
    sql: sql`
      SELECT tupleElement(top, 1) AS value, tupleElement(top, 2) AS count
      FROM (
        SELECT arrayJoin(approx_top_sumMerge(50, 150)(top_values)) AS top
        FROM attribute_catalogue
        WHERE ${inCatalogue(wish)} AND key = ${param.string(key)}
      )
      WHERE positionCaseInsensitiveUTF8(value, ${param.string(wish.search)}) > 0
      ORDER BY count DESC, value
      LIMIT ${param.uint64(wish.limit)}`,
  };
}

function inCatalogue({ tenant, range }: SuggestionWish): Sql {
  return sql`tenant = ${param.string(tenant)} AND carrier IN ('span', 'resource')
    AND time >= toStartOfHour(${atSecond(range.from)}) AND time <= ${atSecond(range.to)}`;
}
