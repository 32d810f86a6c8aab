import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { LogFacet } from '../api/contract/index.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { type Asking, type LogScope, type LogWish, logsIn, resolveLogScope } from './log-scope.ts';
import { fieldText } from './search/field-sql.ts';
import { LEVEL_NAME, LEVELS } from './search/log-fields.ts';

/** What the sidebar shows without being asked; all are columns of their own. */
const FACETS = ['level', 'service', 'host', 'environment'] as const;
/** Values of one facet. */
const FACET_VALUES_MAX = 10;
/** Values that are counted to find the most frequent ones: up to so many the counts are exact. */
const COUNTED_MAX = 1000;
/** Bytes of a value: longer ones are no values to pick. */
const VALUE_BYTES_MAX = 1024;

export interface ValuesWish extends LogWish {
  readonly field: string;
  /** Part of a value, any case. */
  readonly search: string;
  readonly limit: number;
}

interface ValueRow {
  readonly value: string;
  readonly records: number;
}

const ValueRowSchema: z.ZodType<ValueRow> = z.object({ value: z.string(), records: uint64Number });

/** The most frequent values of a field among the records that match, with exact counts. */
export async function readLogValues(
  store: StoreReader,
  wish: ValuesWish,
  asking: Asking,
): Promise<LogFacet['values']> {
  const scope = await resolveLogScope(store, wish, { ...asking, alsoFields: [wish.field] });
  const rows = asking.meter.rows(await store.read(valuesQuery(scope, wish), asking.signal));
  return rows.map(({ value, records: count }) => ({ value, count }));
}

function valuesQuery(scope: LogScope, wish: ValuesWish): StoreQuery<ValueRow> {
  return {
    summary: 'SELECT logs values of a field',
    row: ValueRowSchema,
    sql: sql`
      SELECT ${fieldText(wish.field, scope)} AS value, toUInt64(round(sum(weight))) AS records
      FROM logs
      WHERE ${logsIn(scope, wish.range)}
      GROUP BY value
      HAVING value != '' AND length(value) <= ${param.uint64(VALUE_BYTES_MAX)}
        AND positionCaseInsensitiveUTF8(value, ${param.string(wish.search)}) > 0
      ORDER BY records DESC, value
      LIMIT ${param.uint64(wish.limit)}`,
  };
}

interface FacetsRow {
  readonly level: Counts;
  readonly service: Counts;
  readonly host: Counts;
  readonly environment: Counts;
}

type Counts = readonly (readonly [value: string, count: number])[];

const CountsColumn: z.ZodType<Counts> = z.array(z.tuple([z.string(), uint64Number]));
const FacetsRowSchema: z.ZodType<FacetsRow> = z.object({
  level: CountsColumn,
  service: CountsColumn,
  host: CountsColumn,
  environment: CountsColumn,
});

/** The most frequent values of the properties that every record has, in one reading. */
export async function readLogFacets(
  store: StoreReader,
  wish: LogWish,
  asking: Asking,
): Promise<LogFacet[]> {
  const scope = await resolveLogScope(store, wish, asking);
  const [row] = asking.meter.rows(await store.read(facetsQuery(scope, wish), asking.signal));
  return FACETS.map((field) => {
    const counted = (row?.[field] ?? []).filter(([value]) => value !== '');
    const values = counted.map(([value, count]) => ({ value, count }));
    return { field, values: field === 'level' ? worstFirst(values) : values };
  });
}

function worstFirst(values: LogFacet['values']): LogFacet['values'] {
  const rank = (level: string): number => LEVELS.findIndex(([name]) => name === level);
  return values.toSorted((a, b) => rank(b.value) - rank(a.value));
}

function facetsQuery(scope: LogScope, wish: LogWish): StoreQuery<FacetsRow> {
  const top = (text: Sql): Sql =>
    sql`arrayMap(t -> tuple(t.1, t.2),
      approx_top_sum(${TOP_SIZE})(${text}, toUInt64(greatest(round(weight), 1))))`;
  return {
    summary: 'SELECT logs facets',
    row: FacetsRowSchema,
    sql: sql`
      SELECT ${top(LEVEL_NAME)} AS level, ${top(sql`toString(service)`)} AS service,
        ${top(sql`toString(host)`)} AS host, ${top(sql`toString(environment)`)} AS environment
      FROM (
        SELECT severity_number, service, host, environment, weight
        FROM logs WHERE ${logsIn(scope, wish.range)}
      )`,
  };
}

const TOP_SIZE = sql`${param.uint64(FACET_VALUES_MAX)}, ${param.uint64(COUNTED_MAX)}`;
