import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { ANSWER_LIMITS } from '../../limits.ts';
import { isNamed } from '../../named-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { TimeSteps } from '../../time-steps.ts';
import type { Origin } from './origin.ts';

/** Whose roll-ups, cut into which steps. */
export interface ServicesScope {
  readonly tenant: string;
  readonly steps: TimeSteps;
}

/** What `sumMap` gives: keys ascending, values parallel. */
export type SumMap = readonly [readonly number[], readonly number[]];

export const OriginColumn: z.ZodType<Origin> = z.enum(['sdk', 'ebpf', 'derived']);
export const SumMapColumn: z.ZodType<SumMap> = z.tuple([z.array(z.number()), z.array(z.number())]);

/**
 * What a service is asked for: server and consumer spans, and internal roots, work that nobody
 * called (jobs, scripts).
 */
export const ENTRY: Sql = sql`(kind IN (2, 5) OR (root = 1 AND kind IN (0, 1)))`;

/**
 * A histogram as a Map, to be given to `sumMap`: of a Map it sums with numbers for keys, of two arrays
 * with a tree of variants, at three times the CPU.
 */
export function asMap(histogram: Sql): Sql {
  return sql`CAST(${histogram}, 'Map(UInt16, Float64)')`;
}

/** Summed up, in the two arrays of `SumMap`. */
export function summed(map: Sql): Sql {
  return sql`(mapKeys(${map}), mapValues(${map}))`;
}

/** Histograms of a roll-up added up, as `SumMap`. */
export function addedUp(histogram: Sql): Sql {
  return summed(sql`sumMap(${asMap(histogram)})`);
}

/** Without the buckets in which nothing was counted. */
export function addedUpFilled(histogram: Sql): Sql {
  return summed(sql`mapFilter((bucket, count) -> count != 0, sumMap(${asMap(histogram)}))`);
}

const DURATIONS = addedUp(sql`duration_histogram`);

export interface OperationRow {
  readonly name: string;
  readonly kind: number;
  readonly origin: Origin;
  readonly requests: number;
  readonly request_errors: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
}

const OperationRowSchema: z.ZodType<OperationRow> = z.object({
  name: z.string(),
  kind: z.number(),
  origin: OriginColumn,
  requests: z.number(),
  request_errors: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
});

/** The entry operations of one service, those with most requests first. */
export function operationsQuery(scope: ServicesScope, service: string): StoreQuery<OperationRow> {
  return {
    summary: 'SELECT red_1m operations',
    row: OperationRowSchema,
    sql: sql`
      SELECT name, kind, origin,
        sum(spans) AS requests,
        sum(errors) AS request_errors,
        toFloat64(max(duration_ns_max)) AS duration_max,
        ${DURATIONS} AS histogram
      FROM red_1m
      WHERE ${inScope(scope)} AND ${isNamed(sql`service`, service)} AND ${ENTRY}
      GROUP BY name, kind, origin
      ORDER BY requests DESC, name, kind
      LIMIT ${param.uint64(ANSWER_LIMITS.operationsMax)} BY origin`,
  };
}

export interface LatencyRow {
  readonly origin: Origin;
  readonly step: number;
  readonly requests: number;
  readonly request_errors: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
  /** As in `ServiceRow`. */
  readonly weight_max: number;
  readonly errors_histogram: SumMap;
}

const LatencyRowSchema: z.ZodType<LatencyRow> = z.object({
  origin: OriginColumn,
  step: z.number(),
  requests: z.number(),
  request_errors: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
  weight_max: z.number(),
  errors_histogram: SumMapColumn,
});

/** Requests, errors and their durations a step: lines and heatmap of one service. */
export function latencyQuery(scope: ServicesScope, service: string): StoreQuery<LatencyRow> {
  return {
    summary: 'SELECT red_1m latency',
    row: LatencyRowSchema,
    sql: sql`
      SELECT origin, ${stepIndex(scope.steps)} AS step,
        sum(spans) AS requests,
        sum(errors) AS request_errors,
        toFloat64(max(duration_ns_max)) AS duration_max,
        max(red_1m.weight_max) AS weight_max,
        ${DURATIONS} AS histogram,
        ${addedUpFilled(sql`error_histogram`)} AS errors_histogram
      FROM red_1m
      WHERE ${inScope(scope)} AND ${isNamed(sql`service`, service)} AND ${ENTRY}
      GROUP BY origin, step
      ORDER BY origin, step`,
  };
}

export interface ServiceSeenRow {
  readonly seen: number;
}

const ServiceSeenRowSchema: z.ZodType<ServiceSeenRow> = z.object({ seen: z.number() });

/** Whether anything of a service is there. */
export function seenQuery(scope: ServicesScope, service: string): StoreQuery<ServiceSeenRow> {
  return {
    summary: 'SELECT red_1m seen',
    row: ServiceSeenRowSchema,
    sql: sql`
      SELECT 1 AS seen FROM red_1m
      WHERE ${inScope(scope)} AND ${isNamed(sql`service`, service)}
      LIMIT 1`,
  };
}

function inScope({ tenant, steps }: ServicesScope): Sql {
  return inMinutes(tenant, steps.fromMs, steps.toMs);
}

// The key opens with the hour; the engine does not see by itself that a range of `time` is one of it.
export function inMinutes(tenant: string, fromMs: number, toMs: number): Sql {
  return sql`tenant = ${param.string(tenant)}
    AND toStartOfHour(time) >= toStartOfHour(${seconds(fromMs)})
    AND toStartOfHour(time) <= toStartOfHour(${seconds(toMs)})
    AND time >= ${seconds(fromMs)} AND time < ${seconds(toMs)}`;
}

function stepIndex(steps: TimeSteps): Sql {
  return stepOf(sql`time`, steps);
}

/** The step of a moment in seconds. */
export function stepOf(time: Sql, { fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(intDiv(toUnixTimestamp(${time}) - ${param.uint64(fromMs / 1000)}, ${param.uint64(stepMs / 1000)}))`;
}

export function seconds(ms: number): Sql {
  return sql`toDateTime(${param.uint64(Math.ceil(ms / 1000))}, 'UTC')`;
}
