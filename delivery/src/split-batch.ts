import { MalformedError } from '@sonde/proto';
import type { Batch } from './batch-collector.ts';

/** Errors wrapped in errors that are looked through. */
const CAUSES_MAX = 8;

/**
 * Smaller batches that make up `batch`, in order: around the request that the error names, else
 * two halves. `batch` has two records at least; each part has one at least.
 */
export function splitBatch(batch: Batch, error: unknown): readonly Batch[] {
  const index = poisonIndex(error);
  if (index === undefined || batch.records[index] === undefined) {
    return cutAt(batch, [Math.floor(batch.records.length / 2)]);
  }
  return cutAt(batch, [index, index + 1]);
}

/** The request that decoding stopped at, as far as the error tells. */
function poisonIndex(error: unknown): number | undefined {
  let current = error;
  for (let depth = 0; depth < CAUSES_MAX && current instanceof Error; depth += 1) {
    if (current instanceof MalformedError) return current.requestIndex;
    current = current.cause;
  }
  return undefined;
}

/** Offsets between the parts' records, that the log has lost, go with the later part. */
function cutAt(batch: Batch, cuts: readonly number[]): readonly Batch[] {
  const parts: Batch[] = [];
  let from = batch.from;
  let start = 0;
  for (const end of [...cuts, batch.records.length]) {
    const records = batch.records.slice(start, end);
    const last = records.at(-1);
    if (last === undefined) continue;
    const to = end === batch.records.length ? batch.to : last.record.offset + 1;
    parts.push({ from, to, records });
    from = to;
    start = end;
  }
  return parts;
}
