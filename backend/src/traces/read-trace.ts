import type { TraceResponse } from '../api/contract/index.ts';
import { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { resourcesQuery, spansQuery, traceBoundsQuery } from './trace-queries.ts';
import { resourcesByFingerprint, spanOf } from './traces.ts';

/** One trace with at most `limit` spans; undefined when no span of it is stored. */
export async function readTrace(
  store: StoreReader,
  wish: { tenant: string; traceId: string; limit: number },
  signal: AbortSignal,
): Promise<TraceResponse | undefined> {
  const { tenant, traceId, limit } = wish;
  const meter = new CostMeter();
  const [bounds] = meter.rows(await store.read(traceBoundsQuery(tenant, traceId), signal));
  if (bounds === undefined) return undefined;
  const scope = { tenant, traceId, bounds };
  const rows = meter.rows(await store.read(spansQuery(scope, limit), signal));
  const resources = await store.read(resourcesQuery(scope, rows), signal);
  return {
    traceId,
    startUnixNano: bounds.start_nano,
    durationNs: Number(BigInt(bounds.end_nano) - BigInt(bounds.start_nano)),
    spans: rows.map(spanOf),
    spanCount: bounds.span_count,
    truncated: bounds.span_count > rows.length,
    resources: resourcesByFingerprint(meter.rows(resources)),
    cost: meter.cost,
  };
}
