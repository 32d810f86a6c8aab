import { EXPLICIT_BUCKETS, exponentialBuckets, Sql, sql } from '@sonde/store';
import { atMs } from '../instant-sql.ts';
import {
  beginsInside,
  inPoints,
  isCumulative,
  type PointsScope,
  pointsTable,
  stepIndex,
} from './points-sql.ts';
import { rolledUpBuckets } from './rollup-sql.ts';

/** Exponential buckets that wide (19 %) meet those of the roll-ups. */
export const SCALE_MAX = 2;

/**
 * A row a series and step of a histogram: `bounds` (upper ones, `inf` the last) and `counts`, what
 * each bucket counted in the step; restarts are seen as those of counters are.
 */
export function bucketSteps(scope: PointsScope): Sql {
  const { rollup } = scope;
  if (rollup === undefined) return pointBuckets(scope, scope.steps.fromMs);
  const rolled = rolledUpBuckets(rollup, scope);
  if (rollup.cutMs >= scope.steps.toMs) return rolled;
  return sql`SELECT series, step, bounds, counts FROM (${rolled})
    UNION ALL SELECT series, step, bounds, counts FROM (${pointBuckets(scope, rollup.cutMs)})`;
}

function pointBuckets(scope: PointsScope, fromMs: number): Sql {
  const added = isCumulative(scope.info) ? cumulative(scope, fromMs) : delta(scope, fromMs);
  return sql`
    SELECT series, ${stepIndex(scope.steps)} AS step,
      (sumMap(added_bounds, added_counts) AS added).1 AS bounds, added.2 AS counts
    FROM (${added})
    WHERE timestamp >= ${atMs(fromMs)}
    GROUP BY series, step`;
}

function folded(scope: PointsScope): Sql {
  const isExplicit = scope.info.type === 'histogram';
  return new Sql([isExplicit ? EXPLICIT_BUCKETS : exponentialBuckets(SCALE_MAX)], []);
}

function delta(scope: PointsScope, fromMs: number): Sql {
  return sql`
    SELECT series, timestamp, (${folded(scope)} AS folded).1 AS added_bounds,
      folded.2 AS added_counts
    FROM ${pointsTable(scope.info.type)}
    WHERE ${inPoints(scope, fromMs)}`;
}

/** What stood before is taken out, unless the histogram began anew in between. */
function cumulative(scope: PointsScope, fromMs: number): Sql {
  const readFromMs = fromMs - scope.lookbackMs;
  const beganAnew = sql`(start_timestamp > time_before OR count_now < count_before)`;
  return sql`
    SELECT series, timestamp,
      arrayConcat(bounds, bounds_before) AS added_bounds,
      arrayConcat(counts, arrayMap(c -> if(${beganAnew}, toInt64(0), -c), counts_before))
        AS added_counts
    FROM (
      SELECT series, timestamp, start_timestamp, toInt64(count) AS count_now,
        (${folded(scope)} AS folded).1 AS bounds, folded.2 AS counts,
        lagInFrame(timestamp) OVER before AS time_before,
        lagInFrame(count_now) OVER before AS count_before,
        lagInFrame(bounds) OVER before AS bounds_before,
        lagInFrame(counts) OVER before AS counts_before
      FROM ${pointsTable(scope.info.type)}
      WHERE ${inPoints(scope, readFromMs)}
      WINDOW before AS (
        PARTITION BY series ORDER BY timestamp ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
    )
    WHERE ${beginsInside(readFromMs)}`;
}
