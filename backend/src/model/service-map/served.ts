import { param, sql } from '@sonde/store';
import { z } from 'zod';
import type { MapServed } from '../../api/contract/index.ts';
import { cutName } from '../../cut-name.ts';
import { ANSWER_LIMITS } from '../../limits.ts';
import type { StoreQuery } from '../../store-reader.ts';
import { quantileNs } from '../services/duration-histogram.ts';
import { type Origin, preferredRows } from '../services/origin.ts';
import { addedUp, ENTRY, OriginColumn, type SumMap, SumMapColumn } from '../services/queries.ts';
import { histogramOf } from '../services/summaries.ts';
import { inHours, inScope, type MapScope } from './queries.ts';

export interface ServedRow {
  readonly service: string;
  readonly namespace: string;
  readonly cluster: string;
  readonly origin: Origin;
  readonly requests: number;
  readonly errors: number;
  readonly histogram: SumMap;
  readonly duration_max: number;
}

const ServedRowSchema: z.ZodType<ServedRow> = z.object({
  service: z.string(),
  namespace: z.string(),
  cluster: z.string(),
  origin: OriginColumn,
  requests: z.number(),
  errors: z.number(),
  histogram: SumMapColumn,
  duration_max: z.number(),
});

/** What services served, whoever called: as the overview of services counts it. */
export function servedQuery(scope: MapScope): StoreQuery<ServedRow> {
  return {
    summary: 'SELECT red_1m served',
    row: ServedRowSchema,
    sql: sql`
      SELECT service, namespace, cluster, origin,
        sum(spans) AS requests,
        sum(red_1m.errors) AS errors,
        ${addedUp(sql`duration_histogram`)} AS histogram,
        toFloat64(max(duration_ns_max)) AS duration_max
      FROM red_1m
      WHERE ${inScope(scope)}
        AND ${inHours(scope)}
        AND ${ENTRY}
      GROUP BY service, namespace, cluster, origin
      ORDER BY requests DESC, service, namespace, cluster, origin
      LIMIT ${param.uint64(ANSWER_LIMITS.servicesMax)} BY origin`,
  };
}

/** One a service, namespace and cluster, after the origin rule. */
export function servedOf(rows: readonly ServedRow[], rangeSeconds: number): MapServed[] {
  return preferredRows(rows).map((row) => ({
    name: cutName(row.service),
    namespace: cutName(row.namespace),
    cluster: cutName(row.cluster),
    requestsPerSecond: row.requests / rangeSeconds,
    errorRatio: row.requests === 0 ? 0 : row.errors / row.requests,
    durationP95Ns: quantileNs(histogramOf(row), 0.95),
  }));
}
