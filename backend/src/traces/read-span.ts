import type { SpanResponse } from '../api/contract/index.ts';
import { attributesOf } from '../attributes.ts';
import { CostMeter } from '../store-cost.ts';
import type { StoreReader } from '../store-reader.ts';
import { resourcesQuery, spanQuery, traceBoundsQuery } from './trace-queries.ts';
import { spanOf } from './traces.ts';

export interface SpanWish {
  readonly tenant: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** One span whole, with the attributes of its resource; undefined when it is not stored. */
export async function readSpan(
  store: StoreReader,
  { tenant, traceId, spanId }: SpanWish,
  signal: AbortSignal,
): Promise<SpanResponse | undefined> {
  const meter = new CostMeter();
  const [bounds] = meter.rows(await store.read(traceBoundsQuery(tenant, traceId), signal));
  if (bounds === undefined) return undefined;
  const scope = { tenant, traceId, bounds };
  const [row] = meter.rows(await store.read(spanQuery(scope, spanId), signal));
  if (row === undefined) return undefined;
  const [resource] = meter.rows(await store.read(resourcesQuery(scope, [row]), signal));
  return {
    span: spanOf(row),
    resource: resource === undefined ? [] : attributesOf(resource.attribute_arrays),
    cost: meter.cost,
  };
}
