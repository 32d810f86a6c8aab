import { param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { MapCallSteps, MapNode, MapOperation } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import { isNamed } from '../../named-sql.ts';
import type { StoreQuery } from '../../store-reader.ts';
import { spread, type TimeSteps } from '../../time-steps.ts';
import { mergeHistograms, quantileNs } from '../services/duration-histogram.ts';
import { type Origin, preferredOrigin } from '../services/origin.ts';
import { addedUp, OriginColumn, type SumMap, SumMapColumn } from '../services/queries.ts';
import { inHours, inScope, newestMinutes } from './queries.ts';

/** Which calls: of one end, or from one to the other. */
export interface EdgeEnds {
  readonly client?: MapNode | undefined;
  readonly server?: MapNode | undefined;
}

export interface StepsScope extends EdgeEnds {
  readonly tenant: string;
  readonly steps: TimeSteps;
}

interface WorkRow {
  readonly origin: Origin;
  readonly requests: number;
  readonly errors: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
}

/** What was done in a step. */
export interface WorkStepRow extends WorkRow {
  readonly step: number;
}

export interface StepRow extends WorkStepRow {
  readonly gap_histogram: SumMap;
  readonly gap_max: number;
}

export interface OperationRow extends WorkRow {
  readonly operation: string;
  readonly protocol: string;
}

const work = {
  origin: OriginColumn,
  requests: z.number(),
  errors: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
};
export const WorkStepRowSchema: z.ZodType<WorkStepRow> = z.object({ ...work, step: z.number() });
const StepRowSchema: z.ZodType<StepRow> = z.object({
  ...work,
  step: z.number(),
  gap_histogram: SumMapColumn,
  gap_max: z.number(),
});
export const OperationRowSchema: z.ZodType<OperationRow> = z.object({
  ...work,
  operation: z.string(),
  protocol: z.string(),
});

const WORK = sql`origin, sum(edges_1m.requests) AS requests, sum(edges_1m.errors) AS errors,
  ${addedUp(sql`duration_histogram`)} AS histogram,
  toFloat64(max(duration_ns_max)) AS duration_max`;

/** Calls of these ends by step. */
export function edgeStepsQuery(scope: StepsScope): StoreQuery<StepRow> {
  return {
    summary: 'SELECT edges_1m steps',
    row: StepRowSchema,
    sql: sql`
      SELECT ${WORK}, ${stepSql(scope.steps)} AS step,
        ${addedUp(sql`edges_1m.gap_histogram`)} AS gap_histogram,
        toFloat64(max(gap_ns_max)) AS gap_max
      FROM edges_1m WHERE ${ofEnds(scope)}
      GROUP BY origin, step ORDER BY step, origin
      LIMIT ${param.uint64(ANSWER_LIMITS.stepsMax * 3)}`,
  };
}

/** What is called, the most often first. */
export function edgeOperationsQuery(scope: StepsScope): StoreQuery<OperationRow> {
  return {
    summary: 'SELECT edges_1m operations',
    row: OperationRowSchema,
    sql: sql`
      SELECT ${WORK}, toString(operation) AS operation, toString(any(protocol)) AS protocol
      FROM edges_1m WHERE ${ofEnds(scope)}
      GROUP BY origin, operation ORDER BY requests DESC, operation
      LIMIT ${param.uint64(ANSWER_LIMITS.mapOperationsMax)} BY origin`,
  };
}

function ofEnds({ tenant, steps, client, server }: StepsScope): Sql {
  const scope = { tenant, fromMs: steps.fromMs, toMs: steps.toMs };
  const ends = [endIs('client', client), endIs('server', server)];
  return sql`${inScope(scope)}
    AND ${inHours(steps)}
    AND ${ends[0] ?? sql`1`} AND ${ends[1] ?? sql`1`} AND ${newestMinutes(scope)}`;
}

/** A caller that knows a name alone may mean this one. */
function endIs(end: 'client' | 'server', node: MapNode | undefined): Sql {
  if (node === undefined) return sql`1`;
  const place = sql`(${param.string(node.namespace)}, ${param.string(node.cluster)})`;
  const kind = param.string(node.kind);
  return end === 'client'
    ? sql`${isNamed(sql`client_service`, node.name)} AND client_kind = ${kind}
        AND (client_namespace, client_cluster) IN (${place}, ('', ''))`
    : sql`${isNamed(sql`server_service`, node.name)} AND server_kind = ${kind}
        AND (server_namespace, server_cluster) IN (${place}, ('', ''))`;
}

/** Of `time`: the index of the step that it is in. */
export function stepSql({ fromMs, stepMs }: TimeSteps): Sql {
  return sql`toUInt32(intDiv(toInt64(toUnixTimestamp(time)) - ${param.uint64(fromMs / 1000)},
    ${param.uint64(stepMs / 1000)}))`;
}

/** One origin's, by step. */
export function edgeSteps(rows: readonly StepRow[], steps: TimeSteps): MapCallSteps {
  return {
    ...workSteps(rows, steps),
    gapP95NsByStep: lines(rows, steps)(
      ({ gap_histogram: gaps, gap_max: max }) =>
        gaps[0].length === 0 ? null : quantileOf(gaps, max, 0.95),
      null,
    ),
  };
}

/** One origin's, by step; of one side alone, which knows of no gap. */
export function workSteps(
  rows: readonly WorkStepRow[],
  steps: TimeSteps,
): Omit<MapCallSteps, 'gapP95NsByStep'> {
  const of = lines(rows, steps);
  const quantile = (row: WorkRow, at: number): number | null =>
    row.requests > 0 ? quantileOf(row.histogram, row.duration_max, at) : null;
  return {
    requestsByStep: of(({ requests }) => requests, 0),
    errorsByStep: of(({ errors }) => errors, 0),
    durationP50NsByStep: of((row) => quantile(row, 0.5), null),
    durationP95NsByStep: of((row) => quantile(row, 0.95), null),
  };
}

/** Figures of one origin's rows, each in its step. */
function lines<Row extends WorkStepRow>(
  rows: readonly Row[],
  steps: TimeSteps,
): <T>(value: (row: Row) => T, empty: T) => T[] {
  const origin = preferredOrigin(rows);
  const own = rows.filter((row) => row.origin === origin);
  const indexes = own.map(({ step }) => step);
  return (value, empty) => spread(steps, { indexes, values: own.map(value) }, empty);
}

/** One origin's operations. */
export function edgeOperations(rows: readonly OperationRow[], seconds: number): MapOperation[] {
  const origin = preferredOrigin(rows);
  return rows
    .filter((row) => row.origin === origin)
    .map(({ operation, protocol, requests, errors, histogram, duration_max: max }) => ({
      name: cutName(operation),
      protocol,
      requestsPerSecond: requests / seconds,
      errorRatio: requests === 0 ? 0 : errors / requests,
      durationP95Ns: quantileOf(histogram, max, 0.95),
    }));
}

function quantileOf([buckets, counts]: SumMap, maxNs: number, quantile: number): number {
  return quantileNs(mergeHistograms([{ buckets, counts, maxNs }]), quantile);
}
