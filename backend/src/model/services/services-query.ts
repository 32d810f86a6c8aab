import { joinSql, param, type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import { ANSWER_LIMITS } from '../../limits.ts';
import type { StoreQuery } from '../../store-reader.ts';
import type { TimeWindow } from '../../time-windows.ts';
import type { Origin } from './origin.ts';
import {
  asMap,
  ENTRY,
  inMinutes,
  OriginColumn,
  type ServicesScope,
  type SumMap,
  SumMapColumn,
  seconds,
  stepOf,
  summed,
} from './queries.ts';

export interface ServiceRow {
  readonly service: string;
  readonly namespace: string;
  readonly environment: string;
  readonly origin: Origin;
  readonly requests: number;
  readonly request_errors: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
  /** Over 1 where spans stand for others. */
  readonly weight_max: number;
  /** Parallel: step, and what was served in it. */
  readonly steps: readonly number[];
  readonly requests_in_steps: readonly number[];
  readonly errors_in_steps: readonly number[];
}

const ServiceRowSchema: z.ZodType<ServiceRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  environment: z.string(),
  origin: OriginColumn,
  requests: z.number(),
  request_errors: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
  weight_max: z.number(),
  steps: z.array(z.number()),
  requests_in_steps: z.array(z.number()),
  errors_in_steps: z.array(z.number()),
});

const HOUR_MS = 3_600_000;
const FIVE_MINUTES_MS = 300_000;

/**
 * Every service with a row for each of its namespaces, environments and origins. What lies in whole
 * hours and whole five minutes is read added up (`services_1h`, `services_5m`): a tenth of the rows
 * of a day, and of its cost.
 */
export function servicesQuery(scope: ServicesScope): StoreQuery<ServiceRow> {
  return {
    summary: 'SELECT red_1m services',
    row: ServiceRowSchema,
    sql: sql`
      SELECT service, namespace, environment, origin,
        sum(part_requests) AS requests,
        sum(part_errors) AS request_errors,
        ${summed(sql`sumMap(part_histogram)`)} AS histogram,
        max(part_max) AS duration_max,
        max(part_weight) AS weight_max,
        groupArrayIf(step, is_step) AS steps,
        groupArrayIf(part_requests, is_step) AS requests_in_steps,
        groupArrayIf(part_errors, is_step) AS errors_in_steps
      FROM (${joinSql([countsByStep(scope), ...durationParts(scope)], ' UNION ALL ')})
      GROUP BY service, namespace, environment, origin
      ORDER BY requests DESC, service, namespace, environment, origin
      LIMIT ${param.uint64(ANSWER_LIMITS.servicesMax)} BY origin`,
  };
}

/** A row a service and step: an array a row, to be added up by service at once, costs a fifth more. */
function countsByStep(scope: ServicesScope): Sql {
  return sql`
    SELECT service, namespace, environment, origin, true AS is_step, step,
      sum(requests) AS part_requests, sum(request_errors) AS part_errors,
      ${asMap(sql`map()`)} AS part_histogram, toFloat64(0) AS part_max, toFloat64(0) AS part_weight
    FROM (${joinSql(countParts(scope), ' UNION ALL ')})
    GROUP BY service, namespace, environment, origin, step`;
}

/** The counts of all rows, those of services that nobody calls too: such a service has none. */
function countParts({ tenant, steps }: ServicesScope): readonly Sql[] {
  const window = { from: steps.fromMs, to: steps.toMs };
  const { whole, edges } =
    steps.stepMs % FIVE_MINUTES_MS === 0
      ? cut(window, FIVE_MINUTES_MS)
      : { whole: [], edges: [window] };
  const ofMinutes = ({ from, to }: TimeWindow): Sql => sql`
    SELECT service, namespace, environment, origin, ${stepOf(sql`time`, steps)} AS step,
      sumIf(spans, ${ENTRY}) AS requests, sumIf(errors, ${ENTRY}) AS request_errors
    FROM red_1m
    WHERE ${inMinutes(tenant, from, to)}
    GROUP BY service, namespace, environment, origin, step`;
  const ofFiveMinutes = (units: TimeWindow): Sql => sql`
    SELECT service, namespace, environment, origin, ${stepOf(sql`at`, steps)} AS step,
      sumIf(all_spans, ${ENTRY}) AS requests, sumIf(all_errors, ${ENTRY}) AS request_errors
    FROM (
      SELECT service, namespace, environment, origin, kind, root, toStartOfFiveMinutes(time) AS at,
        sum(spans) AS all_spans, sum(errors) AS all_errors
      FROM red_1m
      WHERE ${inUnits(tenant, sql`toStartOfFiveMinutes(time)`, units)}
      GROUP BY service, namespace, environment, origin, kind, root, at
    )
    GROUP BY service, namespace, environment, origin, step`;
  return [...edges.map(ofMinutes), ...whole.map(ofFiveMinutes)];
}

/** The durations of all entries, over the whole time. */
function durationParts({ tenant, steps }: ServicesScope): readonly Sql[] {
  const { whole, edges } = cut({ from: steps.fromMs, to: steps.toMs }, HOUR_MS);
  return [
    ...edges.map(({ from, to }) => durations(inMinutes(tenant, from, to))),
    ...whole.map((hours) => durations(inUnits(tenant, sql`toStartOfHour(time)`, hours))),
  ];
}

function durations(within: Sql): Sql {
  return sql`
    SELECT service, namespace, environment, origin, false AS is_step, toUInt32(0) AS step,
      toFloat64(0) AS part_requests, toFloat64(0) AS part_errors,
      sumMap(${asMap(sql`duration_histogram`)}) AS part_histogram,
      toFloat64(max(duration_ns_max)) AS part_max,
      max(red_1m.weight_max) AS part_weight
    FROM red_1m
    WHERE ${within} AND ${ENTRY}
    GROUP BY service, namespace, environment, origin`;
}

/** By the unit alone: what is added up has no times. */
function inUnits(tenant: string, unit: Sql, { from, to }: TimeWindow): Sql {
  return sql`tenant = ${param.string(tenant)}
    AND ${unit} >= ${seconds(from)} AND ${unit} < ${seconds(to)}`;
}

/** A window as its whole units and what is before and after them. */
function cut(
  { from, to }: TimeWindow,
  unitMs: number,
): { readonly whole: readonly TimeWindow[]; readonly edges: readonly TimeWindow[] } {
  const first = Math.ceil(from / unitMs) * unitMs;
  const end = Math.floor(to / unitMs) * unitMs;
  if (first >= end) return { whole: [], edges: [{ from, to }] };
  const around = [
    { from, to: first },
    { from: end, to },
  ];
  return {
    whole: [{ from: first, to: end }],
    edges: around.filter((edge) => edge.from < edge.to),
  };
}
