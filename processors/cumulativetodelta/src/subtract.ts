import type {
  DropReason,
  ExponentialState,
  HistogramState,
  NumberState,
  Side,
} from './point-state.ts';

/** What was added to `before`, with the time of `now`; or why that cannot be said. */
export function subtractNumber(now: NumberState, before: NumberState): NumberState | DropReason {
  const { timeUnixNano, kind } = now;
  if (kind === 'double') {
    if (now.double < before.double) return 'reset';
    return { kind, timeUnixNano, int: 0n, double: now.double - before.double };
  }
  if (now.int < before.int) return 'reset';
  const int = now.int - before.int;
  return { kind, timeUnixNano, int, double: Number(int) };
}

export function subtractHistogram(
  now: HistogramState,
  before: HistogramState,
): HistogramState | DropReason {
  if (now.counts.length !== before.counts.length || !isSame(now.bounds, before.bounds)) {
    return 'bucket_mismatch';
  }
  const counts = subtractCounts(now.counts, before.counts);
  if (counts === undefined || now.count < before.count) return 'reset';
  return { ...now, count: now.count - before.count, sum: now.sum - before.sum, counts };
}

export function subtractExponential(
  now: ExponentialState,
  before: ExponentialState,
): ExponentialState | DropReason {
  // Merging makes thresholds wider and scales coarser, never the other way.
  const isNarrower = now.zeroThreshold < before.zeroThreshold || now.scale > before.scale;
  if (now.count < before.count || isNarrower) return 'reset';
  const like = widened(before, now);
  const positive = subtractSide(now.positive, like.positive);
  const negative = subtractSide(now.negative, like.negative);
  if (positive === undefined || negative === undefined || now.zeroCount < like.zeroCount) {
    return 'reset';
  }
  return {
    ...now,
    count: now.count - before.count,
    sum: now.sum - before.sum,
    zeroCount: now.zeroCount - like.zeroCount,
    positive,
    negative,
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function subtractCounts(now: BigUint64Array, before: BigUint64Array): BigUint64Array | undefined {
  const counts = new BigUint64Array(now.length);
  for (const [index, count] of now.entries()) {
    const earlier = before[index] ?? 0n;
    if (count < earlier) return undefined;
    counts[index] = count - earlier;
  }
  return counts;
}

/** `before` with the threshold and scale of `now`. */
function widened(before: ExponentialState, now: ExponentialState): ExponentialState {
  let { zeroCount, positive, negative } = before;
  if (now.zeroThreshold > before.zeroThreshold) {
    // The greatest bucket whose lower bound is below the threshold (base 2^(2^-scale)).
    const scaled = Math.log2(now.zeroThreshold) * 2 ** before.scale;
    const last = Math.ceil(scaled) - 1;
    const [upper, lower] = [intoZero(positive, last), intoZero(negative, last)];
    zeroCount += upper.moved + lower.moved;
    positive = upper.rest;
    negative = lower.rest;
  }
  const bits = before.scale - now.scale;
  return {
    ...before,
    zeroCount,
    positive: coarser(positive, bits),
    negative: coarser(negative, bits),
  };
}

/** Takes the buckets up to `last` out of a side. */
function intoZero({ offset, counts }: Side, last: number): { moved: bigint; rest: Side } {
  const rest = counts.slice();
  let moved = 0n;
  for (let index = 0; index < rest.length && offset + index <= last; index += 1) {
    moved += rest[index] ?? 0n;
    rest[index] = 0n;
  }
  return { moved, rest: { offset, counts: rest } };
}

/** Merges 2^bits buckets into one. */
function coarser(side: Side, bits: number): Side {
  const { offset, counts } = side;
  if (bits === 0 || counts.length === 0) return side;
  const bucketOf = (index: number): number => Math.floor((offset + index) / 2 ** bits);
  const first = bucketOf(0);
  const merged = new BigUint64Array(bucketOf(counts.length - 1) - first + 1);
  for (const [index, count] of counts.entries()) {
    const at = bucketOf(index) - first;
    merged[at] = (merged[at] ?? 0n) + count;
  }
  return { offset: first, counts: merged };
}

/** In the buckets of `now`; undefined when one had more before. */
function subtractSide(now: Side, before: Side): Side | undefined {
  const counts = now.counts.slice();
  for (const [index, earlier] of before.counts.entries()) {
    if (earlier === 0n) continue;
    const at = before.offset + index - now.offset;
    const count = counts[at] ?? 0n;
    if (count < earlier) return undefined;
    counts[at] = count - earlier;
  }
  return { offset: now.offset, counts };
}
