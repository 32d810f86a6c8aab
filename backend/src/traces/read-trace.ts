import type { TraceResponse } from '../api/contract/index.ts';
import { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { readTraceBounds } from './trace-bounds.ts';
import { firstSpans, lateErrors, readSpans } from './trace-queries.ts';
import type { TraceResources } from './trace-resources.ts';
import { spanOf } from './traces.ts';

export interface TraceSources {
  readonly store: StoreReader;
  readonly resources: TraceResources;
}

/** One trace with its first `limit` spans and later errors; undefined when no span of it is stored. */
export async function readTrace(
  { store, resources }: TraceSources,
  wish: { tenant: string; traceId: string; limit: number },
  signal: AbortSignal,
): Promise<TraceResponse | undefined> {
  const { tenant, traceId, limit } = wish;
  const meter = new CostMeter();
  const bounds = await readTraceBounds(store, wish, meter, signal);
  if (bounds === undefined) return undefined;
  const scope = { tenant, traceId, bounds };
  const first = await readSpans(store, firstSpans(scope, limit), meter, signal);
  const last = first.at(-1);
  const isCut = last !== undefined && bounds.span_count > first.length;
  // What people look for in a trace too large to show must not be in the part that is cut.
  const errors =
    isCut && bounds.error_count > 0
      ? await readSpans(store, lateErrors(scope, last), meter, signal)
      : [];
  const rows = [...first, ...errors];
  const attributes = await resources.of(scope, rows, meter, signal);
  return {
    traceId,
    startUnixNano: bounds.start_nano,
    durationNs: Number(BigInt(bounds.end_nano) - BigInt(bounds.start_nano)),
    spans: rows.map(spanOf),
    spanCount: bounds.span_count,
    errorCount: bounds.error_count,
    serviceCount: bounds.service_count,
    truncated: bounds.span_count > rows.length,
    resources: attributes,
    cost: meter.cost,
  };
}
