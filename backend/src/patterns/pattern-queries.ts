import { param, type Sql, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import { atSecond, inTimestamps } from '../instant-sql.ts';
import { isNamed } from '../named-sql.ts';
import type { StoreQuery } from '../store-reader.ts';
import type { TimeSteps } from '../time-steps.ts';
import type { TimeWindow } from '../time-windows.ts';
import { FIRST_SEEN_DAYS, PATTERN_ROWS_MAX, VALUE_LINES_MAX, VALUES_MAX } from './limits.ts';

/** First of OTLP's severity numbers that are errors. */
const ERROR_SEVERITY = 17;

/** Whose lines. */
export interface PatternScope {
  readonly tenant: string;
  readonly service?: string | undefined;
  readonly version?: string | undefined;
}

/** A number with at most a unit behind it: no address, date, path or name with digits. */
const NUMBER = '^(-?[0-9]+(?:\\.[0-9]+)?)[ ]?[%a-zA-Zµ]{0,12}$';

type Pairs = readonly [keys: readonly number[], values: readonly number[]];
const PairsColumn: z.ZodType<Pairs> = z.tuple([z.array(z.number()), z.array(z.number())]);

/** Lines of one id of one service. */
export interface CountRow {
  readonly service: string;
  readonly id: string;
  readonly records: number;
  readonly bytes: number;
  readonly last_ms: number;
  readonly severities: Pairs;
  readonly steps: Pairs;
}

const CountRowSchema: z.ZodType<CountRow> = z.object({
  service: z.string(),
  id: z.string(),
  records: z.number(),
  bytes: z.number(),
  last_ms: uint64Number,
  severities: PairsColumn,
  steps: PairsColumn,
});

function hexId(column: Sql): Sql {
  return sql`leftPad(lower(hex(${column})), 16, '0')`;
}

/** A param of 16 hex digits as the number that columns have. */
export function idParam(id: string): Sql {
  return sql`${param.uint64(BigInt(`0x${id}`))}`;
}

function minutesOf(scope: PatternScope, window: TimeWindow): Sql {
  const { tenant, service, version } = scope;
  const from = atSecond(window.from);
  return sql`tenant = ${param.string(tenant)}
    AND toStartOfHour(time) >= toStartOfHour(${from}) AND time >= ${from}
    AND time < ${atSecond(window.to)}
    ${service === undefined ? sql`` : sql` AND ${isNamed(sql`service`, service)}`}
    ${version === undefined ? sql`` : sql` AND service_version = ${param.string(version)}`}`;
}

/** Counts by id, of the ids with most lines. */
export function countsQuery(scope: PatternScope, steps: TimeSteps): StoreQuery<CountRow> {
  const window = { from: steps.fromMs, to: steps.toMs };
  return {
    summary: 'SELECT log_patterns_1m',
    row: CountRowSchema,
    sql: sql`
      SELECT service, ${hexId(sql`pattern_id`)} AS id, sum(m.records) AS records,
        sum(m.body_bytes) AS bytes,
        toUInt64(toUnixTimestamp64Milli(max(m.last_seen))) AS last_ms,
        sumMap([severity_number], [m.records]) AS severities,
        sumMap([toUInt32(intDiv(toUnixTimestamp(time) * 1000 - ${param.int64(steps.fromMs)},
          ${param.int64(steps.stepMs)}))], [m.records]) AS steps
      FROM log_patterns_1m AS m
      WHERE ${minutesOf(scope, window)}
      GROUP BY service, pattern_id
      ORDER BY records DESC
      LIMIT ${param.uint64(PATTERN_ROWS_MAX)}`,
  };
}

export interface VersionRow {
  readonly version: string;
}

/** Versions with lines, newest first. */
export function versionsQuery(scope: PatternScope, window: TimeWindow): StoreQuery<VersionRow> {
  return {
    summary: 'SELECT log_patterns_1m versions',
    row: z.object({ version: z.string() }),
    sql: sql`
      SELECT toString(service_version) AS version
      FROM log_patterns_1m
      WHERE ${minutesOf({ ...scope, version: undefined }, window)} AND service_version != ''
      GROUP BY version
      ORDER BY max(time) DESC, version DESC
      LIMIT 20`,
  };
}

/** Which pattern an id belongs to. */
export interface AliasRow {
  readonly service: string;
  readonly leaf: string;
  readonly pattern: string;
  readonly template: string;
  readonly sample: string;
}

const AliasRowSchema: z.ZodType<AliasRow> = z.object({
  service: z.string(),
  leaf: z.string(),
  pattern: z.string(),
  template: z.string(),
  sample: z.string(),
});

/** Of the ids with lines in one of the windows. */
export function aliasesQuery(
  scope: PatternScope,
  windows: readonly [TimeWindow, TimeWindow],
): StoreQuery<AliasRow> {
  const { tenant, service } = scope;
  const all = { tenant, service };
  const [now, before] = windows;
  const ids = (window: TimeWindow): Sql =>
    sql`leaf_id IN (SELECT pattern_id FROM log_patterns_1m WHERE ${minutesOf(all, window)})`;
  return {
    summary: 'SELECT log_patterns',
    row: AliasRowSchema,
    sql: sql`
      SELECT service, ${hexId(sql`leaf_id`)} AS leaf, ${hexId(sql`pattern_id`)} AS pattern,
        template, sample
      FROM log_patterns FINAL
      WHERE tenant = ${param.string(tenant)}
        ${service === undefined ? sql`` : sql` AND ${isNamed(sql`service`, service)}`}
        AND (${ids(now)} OR ${ids(before)})
      LIMIT ${param.uint64(PATTERN_ROWS_MAX * 2)}`,
  };
}

export interface FirstSeenRow {
  readonly service: string;
  readonly id: string;
  readonly first_ms: number;
}

export function firstSeenQuery(
  { tenant, service }: PatternScope,
  toMs: number,
): StoreQuery<FirstSeenRow> {
  const from = atSecond(toMs - FIRST_SEEN_DAYS * 86_400_000);
  return {
    summary: 'SELECT log_patterns_1d',
    row: z.object({ service: z.string(), id: z.string(), first_ms: uint64Number }),
    sql: sql`
      SELECT service, ${hexId(sql`pattern_id`)} AS id,
        toUInt64(toUnixTimestamp64Milli(min(first_seen))) AS first_ms
      FROM log_patterns_1d
      WHERE tenant = ${param.string(tenant)} AND time >= ${from}
        ${service === undefined ? sql`` : sql` AND ${isNamed(sql`service`, service)}`}
      GROUP BY service, pattern_id
      LIMIT ${param.uint64(PATTERN_ROWS_MAX * 2)}`,
  };
}

/** An id of a pattern, and where its lines have the values of the template. */
export interface SlotRow {
  readonly leaf: string;
  readonly pattern: string;
  readonly template: string;
  readonly places: readonly number[];
  readonly words: readonly string[];
}

const SlotRowSchema: z.ZodType<SlotRow> = z.object({
  leaf: z.string(),
  pattern: z.string(),
  template: z.string(),
  places: z.array(z.number()),
  words: z.array(z.string()),
});

/** All ids of the patterns that these ids belong to. */
export function slotsQuery(
  { tenant, service }: { readonly tenant: string; readonly service: string },
  ids: readonly string[],
): StoreQuery<SlotRow> {
  const owner = sql`tenant = ${param.string(tenant)} AND service = ${param.string(service)}`;
  const numbers = param.strings(ids.map((id) => BigInt(`0x${id}`).toString()));
  const given = sql`toString(leaf_id) IN ${numbers}`;
  return {
    summary: 'SELECT log_patterns of a pattern',
    row: SlotRowSchema,
    sql: sql`
      SELECT ${hexId(sql`leaf_id`)} AS leaf, ${hexId(sql`pattern_id`)} AS pattern, template,
        slot_places AS places, slot_words AS words
      FROM log_patterns FINAL
      WHERE ${owner} AND pattern_id IN (
        SELECT pattern_id FROM log_patterns FINAL WHERE ${owner} AND ${given})
      LIMIT ${param.uint64(PATTERN_ROWS_MAX)}`,
  };
}

/** Where lines of an id have one value: entry `place` of theirs from 1, or always the same word. */
export interface ValuePlace {
  readonly leaf: string;
  readonly place: number;
  readonly word: string;
}

export interface ValueRow {
  readonly value: string;
  readonly count: number;
  readonly lines: number;
  readonly distinct: number;
  readonly number_count: number;
  /** Null where nothing is a number. */
  readonly quantiles: readonly (number | null)[];
}

/** The most frequent values; the last columns are of all, and the same in every row. */
export function valuesQuery(
  owner: { readonly tenant: string; readonly service: string },
  places: readonly ValuePlace[],
  window: TimeWindow,
): StoreQuery<ValueRow> {
  const ids = param.strings(places.map(({ leaf }) => BigInt(`0x${leaf}`).toString()));
  const entries = param.strings(places.map(({ place }) => String(place)));
  const words = param.strings(places.map(({ word }) => word));
  const at = sql`indexOf(${ids}, toString(pattern_id))`;
  const place = sql`toUInt32OrZero(${entries}[${at}])`;
  return {
    summary: 'SELECT logs values of a pattern',
    row: z.object({
      value: z.string(),
      count: uint64Number,
      lines: uint64Number,
      distinct: uint64Number,
      number_count: uint64Number,
      quantiles: z.array(z.number().nullable()),
    }),
    sql: sql`
      SELECT value, count, sum(count) OVER () AS lines, count() OVER () AS distinct,
        sumIf(count, isNotNull(number)) OVER () AS number_count,
        [ifNull(min(number) OVER (), 0),
          quantileExactWeightedIf(0.5)(ifNull(number, 0), count, isNotNull(number)) OVER (),
          quantileExactWeightedIf(0.95)(ifNull(number, 0), count, isNotNull(number)) OVER (),
          ifNull(max(number) OVER (), 0)] AS quantiles
      FROM (
        SELECT value, count() AS count,
          toFloat64OrNull(extract(value, ${param.string(NUMBER)})) AS number
        FROM (
          SELECT if(${place} = 0, ${words}[${at}], pattern_variables[${place}]) AS value
          FROM logs
          WHERE tenant = ${param.string(owner.tenant)} AND ${inTimestamps(window)}
            AND service = ${param.string(owner.service)}
            AND pattern_id IN (SELECT toUInt64(arrayJoin(${ids})))
          ORDER BY toStartOfFiveMinutes(timestamp) DESC, timestamp DESC
          LIMIT ${param.uint64(VALUE_LINES_MAX)}
        )
        GROUP BY value
      )
      ORDER BY count DESC, value
      LIMIT ${param.uint64(VALUES_MAX)}`,
  };
}

/** Lines of an id in a day, and bytes of their bodies; `error_bytes`: of those that are errors. */
export interface DayRow {
  readonly id: string;
  readonly bytes: number;
  readonly error_bytes: number;
  readonly records: number;
}

/** Bytes and lines of ids in the day before a time; an id without lines has no row. */
export function dayQuery(
  owner: { readonly tenant: string; readonly service: string },
  ids: readonly string[],
  nowMs: number,
): StoreQuery<DayRow> {
  const numbers = param.strings(ids.map((id) => BigInt(`0x${id}`).toString()));
  const window = { from: nowMs - 86_400_000, to: nowMs };
  return {
    summary: 'SELECT log_patterns_1m of a day',
    row: z.object({
      id: z.string(),
      bytes: z.number(),
      error_bytes: z.number(),
      records: z.number(),
    }),
    sql: sql`
      SELECT ${hexId(sql`pattern_id`)} AS id, sum(body_bytes) AS bytes,
        sumIf(body_bytes, severity_number >= ${param.uint64(ERROR_SEVERITY)}) AS error_bytes,
        sum(m.records) AS records
      FROM log_patterns_1m AS m
      WHERE ${minutesOf(owner, window)}
        AND pattern_id IN (SELECT toUInt64(arrayJoin(${numbers})))
      GROUP BY pattern_id`,
  };
}

/** Rows of `logs` of a pattern, by any id of its lines: a condition that the index answers. */
export function patternIs(tenant: string, id: string): Sql {
  const own = sql`tenant = ${param.string(tenant)}`;
  const given = idParam(id);
  return sql`pattern_id IN (
    SELECT leaf_id FROM log_patterns FINAL WHERE ${own} AND pattern_id IN (
      SELECT pattern_id FROM log_patterns FINAL WHERE ${own} AND leaf_id = ${given})
    UNION ALL SELECT ${given})`;
}
