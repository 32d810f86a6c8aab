import type {
  MetricAggregation,
  MetricHeatmapResponse,
  MetricSeries,
} from '../api/contract/index.ts';
import type { StoreReader } from '../store-reader.ts';
import { spread } from '../time-steps.ts';
import { type BucketsRow, type BucketsWish, bucketsQuery, edgesQuery } from './bucket-queries.ts';
import { QUANTILES } from './metric-shape.ts';
import { type BucketEdges, bucketQuantile } from './quantile.ts';
import type { ReadRequest } from './read-request.ts';

async function bucketsOf(
  store: StoreReader,
  wish: BucketsWish,
  request: ReadRequest,
): Promise<{ rows: readonly BucketsRow[]; edges: BucketEdges }> {
  const [answer, sampled] = await Promise.all([
    store.read(bucketsQuery(wish), request.signal),
    store.read(edgesQuery(wish.points), request.signal),
  ]);
  const rows = request.meter.rows(answer);
  const [sample] = request.meter.rows(sampled);
  const seen = [...rows.flatMap(({ bounds }) => bounds), ...(sample?.bounds ?? [])];
  const bounds = [...new Set(seen)].sort((a, b) => a - b);
  const isExplicit = wish.points.info.type === 'histogram';
  return {
    rows,
    edges: { bounds, factor: isExplicit ? undefined : 2 ** (2 ** -(sample?.scale ?? 0)) },
  };
}

/** Lines of a quantile, a line a group of series. */
export async function readQuantiles(
  store: StoreReader,
  wish: BucketsWish & { readonly aggregation: MetricAggregation },
  request: ReadRequest,
): Promise<{ series: MetricSeries[]; seriesTotal: number }> {
  const { rows, edges } = await bucketsOf(store, wish, request);
  const share = QUANTILES.get(wish.aggregation) ?? 0.5;
  const groups = new Map<string, BucketsRow[]>();
  for (const row of rows) {
    const key = JSON.stringify(row.label);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  const series = [...groups.values()].map((group) => ({
    labels: Object.fromEntries(wish.groupBy.map((key, i) => [key, group[0]?.label[i] ?? ''])),
    values: spread<number | null>(
      wish.points.steps,
      {
        indexes: group.map(({ step }) => step),
        values: group.map((row) => bucketQuantile(share, row, edges)),
      },
      null,
    ),
  }));
  return { series, seriesTotal: rows[0]?.groups ?? 0 };
}

/** Buckets of one picture: neighbours are added up until there are no more. */
const BUCKETS_MAX = 120;

/** All series as one: observations by bucket and step. */
export async function readBuckets(
  store: StoreReader,
  wish: BucketsWish,
  request: ReadRequest,
): Promise<Pick<MetricHeatmapResponse, 'bounds' | 'counts'>> {
  const { rows, edges } = await bucketsOf(store, { ...wish, groupBy: [] }, request);
  const all = edges.bounds;
  const factor = Math.max(1, Math.ceil(all.length / BUCKETS_MAX));
  const bounds = all.filter((_, i) => i % factor === factor - 1 || i === all.length - 1);
  const none = new Array<number>(bounds.length + 1).fill(0);
  const counts = spread<readonly number[]>(
    wish.points.steps,
    {
      indexes: rows.map(({ step }) => step),
      values: rows.map((row) => placed(row, bounds)),
    },
    none,
  );
  return { bounds, counts };
}

/** A row's counts in buckets that may be wider than its own. */
function placed(row: BucketsRow, bounds: readonly number[]): readonly number[] {
  const counts = new Array<number>(bounds.length + 1).fill(0);
  let at = 0;
  for (const [i, bound] of row.bounds.entries()) {
    while (at < bounds.length && (bounds[at] ?? Number.POSITIVE_INFINITY) < bound) at += 1;
    counts[at] = (counts[at] ?? 0) + (row.counts[i] ?? 0);
  }
  counts[bounds.length] = (counts[bounds.length] ?? 0) + (row.counts.at(-1) ?? 0);
  return counts;
}
