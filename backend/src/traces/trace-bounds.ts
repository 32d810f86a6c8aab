import { param, sql, uint64Number } from '@sonde/store';
import { z } from 'zod';
import type { CostMeter } from '../store-cost.ts';
import type { StoreQuery, StoreReader } from '../store-reader.ts';
import { traceIdBytes } from './list-queries.ts';

/** When a trace began and ended, and what it counts. */
export interface TraceBounds {
  readonly start_nano: string;
  readonly end_nano: string;
  readonly span_count: number;
  readonly error_count: number;
  readonly service_count: number;
}

/** What one part of the index knows of a trace. */
interface TracePart {
  readonly start_nano: string;
  readonly end_nano: string;
  readonly span_count: number;
  readonly error_count: number;
  readonly service_names: readonly string[];
}

const TracePartSchema: z.ZodType<TracePart> = z.object({
  start_nano: z.string(),
  end_nano: z.string(),
  span_count: uint64Number,
  error_count: uint64Number,
  service_names: z.array(z.string()),
});

/**
 * The rows of the index as they are, one a day and retention class and more until merged: added up
 * here, because the engine takes as long to set up a `GROUP BY` as to find them.
 */
function tracePartsQuery(tenant: string, traceId: string): StoreQuery<TracePart> {
  return {
    summary: 'SELECT trace_index bounds',
    row: TracePartSchema,
    sql: sql`
      SELECT toString(toUnixTimestamp64Nano(start)) AS start_nano,
        toString(toUnixTimestamp64Nano(end)) AS end_nano,
        spans AS span_count,
        errors AS error_count,
        services AS service_names
      FROM trace_index
      WHERE tenant = ${param.string(tenant)} AND trace_id = ${traceIdBytes(traceId)}`,
  };
}

/** Undefined when no span of the trace is stored. */
export async function readTraceBounds(
  store: StoreReader,
  { tenant, traceId }: { readonly tenant: string; readonly traceId: string },
  meter: CostMeter,
  signal: AbortSignal,
): Promise<TraceBounds | undefined> {
  const parts = meter.rows(await store.read(tracePartsQuery(tenant, traceId), signal));
  const [first, ...others] = parts;
  if (first === undefined) return undefined;
  let [start, end] = [BigInt(first.start_nano), BigInt(first.end_nano)];
  for (const part of others) {
    const [partStart, partEnd] = [BigInt(part.start_nano), BigInt(part.end_nano)];
    if (partStart < start) start = partStart;
    if (partEnd > end) end = partEnd;
  }
  return {
    start_nano: String(start),
    end_nano: String(end),
    span_count: parts.reduce((sum, part) => sum + part.span_count, 0),
    error_count: parts.reduce((sum, part) => sum + part.error_count, 0),
    service_count: new Set(parts.flatMap((part) => part.service_names)).size,
  };
}
