import { type Sql, sql } from '@sonde/store';
import { z } from 'zod';
import type { MapWork } from '../../api/contract/index.ts';
import { bucketQuantile } from '../../metrics/quantile.ts';
import type { SumMap } from '../services/queries.ts';
import { bucketsTogether } from './round-trips-sql.ts';

/** Columns of a row of connections: `rtt_histogram` has upper bounds in ns, ascending. */
export interface RoundTripRow {
  readonly rtt_measures: number;
  readonly rtt_ns_sum: number;
  readonly rtt_histogram: SumMap;
}

export const roundTripColumns: { readonly [K in keyof RoundTripRow]: z.ZodType<RoundTripRow[K]> } =
  {
    rtt_measures: z.number(),
    rtt_ns_sum: z.number(),
    rtt_histogram: z.tuple([z.array(z.number()), z.array(z.number())]),
  };

/** Of rows of `connections_1m AS c` together. */
export const ROUND_TRIP_SUMS: Sql = sql`sum(c.rtt_measures) AS rtt_measures,
  sum(c.rtt_ns_sum) AS rtt_ns_sum,
  ${bucketsTogether(
    sql`arrayMap(bound -> toFloat64(bound), c.rtt_histogram.1)`,
    sql`c.rtt_histogram.2`,
  )} AS rtt_histogram`;

/** null: none was measured. */
export function roundTripOf(row: RoundTripRow | undefined): MapWork['roundTrip'] {
  if (row === undefined || row.rtt_measures <= 0) return null;
  const [bounds, counts] = row.rtt_histogram;
  const meanNs = row.rtt_ns_sum / row.rtt_measures;
  return { measures: row.rtt_measures, meanNs, p95Ns: bucketQuantile(0.95, { bounds, counts }) };
}

export function addedRoundTrips(a: RoundTripRow, b: RoundTripRow): RoundTripRow {
  return {
    rtt_measures: a.rtt_measures + b.rtt_measures,
    rtt_ns_sum: a.rtt_ns_sum + b.rtt_ns_sum,
    rtt_histogram: addedBuckets(a.rtt_histogram, b.rtt_histogram),
  };
}

function addedBuckets(a: SumMap, b: SumMap): SumMap {
  const counts = new Map<number, number>();
  for (const [bounds, ofBounds] of [a, b]) {
    for (const [i, bound] of bounds.entries()) {
      counts.set(bound, (counts.get(bound) ?? 0) + (ofBounds[i] ?? 0));
    }
  }
  const ascending = [...counts].sort(([one], [other]) => one - other);
  return [ascending.map(([bound]) => bound), ascending.map(([, count]) => count)];
}
