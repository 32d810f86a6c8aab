import { joinSql, param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { ApiFailure } from '../api/failure.ts';
import { atSecond, inTimestamps } from '../instant-sql.ts';
import { isNamed } from '../named-sql.ts';
import { patternIs } from '../patterns/pattern-queries.ts';
import type { CostMeter } from '../store-cost.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import type { TimeWindow } from '../time-windows.ts';
import { asciiLower, likeText } from './search/body-sql.ts';
import { attributeKeys, type LogCarriers } from './search/field-sql.ts';
import { parseSearch } from './search/parse-search.ts';
import { type SearchNode, termsOf } from './search/search-node.ts';
import { SEARCH_FORMS, searchFailure } from './search/search-scanner.ts';
import { searchSql } from './search/search-sql.ts';

/** Which records; an absent filter lets all pass. */
export interface LogFilter {
  readonly tenant: string;
  /** What was typed in the search language. */
  readonly q?: string | undefined;
  readonly service?: string | undefined;
  /** OTLP severity numbers, 1 to 24. */
  readonly minSeverity?: number | undefined;
  /** Part of the body, ASCII letters in either case. */
  readonly text?: string | undefined;
  /** 32 hex digits. */
  readonly traceId?: string | undefined;
  /** Fingerprint of the resource, 16 hex digits. */
  readonly resource?: string | undefined;
  /** Any id of a pattern's lines, 16 hex digits. */
  readonly pattern?: string | undefined;
}

export interface LogWish {
  readonly filter: LogFilter;
  readonly range: TimeWindow;
}

/** A wish with what has to be known before it is a condition. */
export interface LogScope extends LogWish {
  readonly tenant: string;
  readonly search: SearchNode | undefined;
  readonly carriers: ReadonlyMap<string, LogCarriers>;
}

/** What reading on somebody's behalf takes along. */
export interface Asking {
  readonly meter: CostMeter;
  readonly signal: AbortSignal;
}

/**
 * Parses the search and looks up where its keys are; `alsoFields` are asked about besides. Rejects
 * with `ApiFailure` `BAD_REQUEST` that names the place of what is wrong.
 */
export async function resolveLogScope(
  store: StoreReader,
  wish: LogWish,
  { meter, signal, alsoFields = [] }: Asking & { readonly alsoFields?: readonly string[] },
): Promise<LogScope> {
  const search = parseSearch(wish.filter.q ?? '');
  const terms = search === undefined ? [] : termsOf(search);
  const names = terms.flatMap(({ field }) => (field === undefined ? [] : [field]));
  const keys = attributeKeys([...names, ...alsoFields]);
  await checkRegexps(store, wish.filter.q ?? '', { terms, signal });
  const carriers = new Map<string, LogCarriers>();
  if (keys.length > 0) {
    for (const { key, on } of meter.rows(await store.read(carriersQuery(wish, keys), signal))) {
      carriers.set(key, { log: on.includes('log'), resource: on.includes('resource') });
    }
  }
  const scope = { ...wish, tenant: wish.filter.tenant, search, carriers };
  // Says what is wrong now, not in the middle of a stream.
  logsIn(scope, wish.range);
  return scope;
}

/** As a condition on `logs` within a window. */
export function logsIn({ filter, range, search, carriers }: LogScope, window: TimeWindow): Sql {
  const { tenant, service, minSeverity, text, traceId, resource, pattern, q = '' } = filter;
  const conditions = [
    sql`tenant = ${param.string(tenant)} AND ${inTimestamps(window)}`,
    service === undefined ? undefined : isNamed(sql`service`, service),
    minSeverity === undefined ? undefined : sql`severity_number >= ${param.uint64(minSeverity)}`,
    text === undefined
      ? undefined
      : sql`lower(body) LIKE ${param.string(`%${likeText(asciiLower(text))}%`)}`,
    traceId === undefined
      ? undefined
      : sql`trace_id = toFixedString(unhex(${param.string(traceId)}), 16)`,
    resource === undefined
      ? undefined
      : sql`lower(hex(resource_fingerprint)) = ${param.string(resource)}`,
    pattern === undefined ? undefined : patternIs(tenant, pattern),
    search === undefined ? undefined : searchSql(search, { tenant, range, carriers, text: q }),
  ];
  return joinSql(
    conditions.filter((each) => each !== undefined),
    ' AND ',
  );
}

interface CarrierRow {
  readonly key: string;
  readonly on: readonly string[];
}

const CarrierRowSchema: z.ZodType<CarrierRow> = z.object({
  key: z.string(),
  on: z.array(z.string()),
});

function carriersQuery(
  { filter, range }: LogWish,
  keys: readonly string[],
): StoreQuery<CarrierRow> {
  return {
    summary: 'SELECT attribute_catalogue carriers',
    row: CarrierRowSchema,
    sql: sql`
      SELECT key, groupUniqArray(toString(carrier)) AS on
      FROM attribute_catalogue
      WHERE tenant = ${param.string(filter.tenant)} AND carrier IN ('log', 'resource')
        AND time >= toStartOfHour(${atSecond(range.from)}) AND time <= ${atSecond(range.to)}
        AND key IN ${param.strings(keys)}
      GROUP BY key`,
  };
}

const NothingSchema: z.ZodType<object> = z.object({});

/** The engine reads regexps in its own way (RE2), so it is asked whether it can. */
async function checkRegexps(
  store: StoreReader,
  text: string,
  { terms, signal }: { terms: ReturnType<typeof termsOf>; signal: AbortSignal },
): Promise<void> {
  for (const term of terms) {
    if (term.kind !== 'match' || term.value.kind !== 'regexp') continue;
    const statement = sql`SELECT match('', ${param.string(term.value.pattern)}) AS is_regexp`;
    try {
      await store.read({ summary: 'SELECT a regexp', row: NothingSchema, sql: statement }, signal);
    } catch (error) {
      if (!(error instanceof ApiFailure) || error.code !== 'INTERNAL') throw error;
      const hint = `Regexps are RE2's: no look-around, no back references. Write ${SEARCH_FORMS}.`;
      const { message } = searchFailure(text, term.at, 'expected a regexp that RE2 can read');
      throw new ApiFailure('BAD_REQUEST', message, { hint, cause: error });
    }
  }
}
