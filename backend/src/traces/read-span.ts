import type { SpanResponse } from '../api/contract/index.ts';
import { CostMeter } from '../store-cost.ts';
import type { TraceSources } from './read-trace.ts';
import { readTraceBounds } from './trace-bounds.ts';
import { oneSpan, readSpans } from './trace-queries.ts';
import { spanOf } from './traces.ts';

export interface SpanWish {
  readonly tenant: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** One span whole, with the attributes of its resource; undefined when it is not stored. */
export async function readSpan(
  { store, resources }: TraceSources,
  { tenant, traceId, spanId }: SpanWish,
  signal: AbortSignal,
): Promise<SpanResponse | undefined> {
  const meter = new CostMeter();
  const bounds = await readTraceBounds(store, { tenant, traceId }, meter, signal);
  if (bounds === undefined) return undefined;
  const scope = { tenant, traceId, bounds };
  const [row] = await readSpans(store, oneSpan(scope, spanId), meter, signal);
  if (row === undefined) return undefined;
  const attributes = await resources.of(scope, [row], meter, signal);
  return {
    span: spanOf(row),
    resource: attributes[row.resource] ?? [],
    cost: meter.cost,
  };
}
