export function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Index of the last value that is there; the last index when none is. */
export function latestIndex(values: readonly (number | null)[]): number {
  const index = values.findLastIndex((value) => value !== null);
  return index < 0 ? values.length - 1 : index;
}

/** Below this share of a step its rate would be that of a handful of requests: it is left out. */
const COVERED_MIN = 0.25;

/**
 * Counts a step to counts a second. The last step may reach past the end of the range: it counts by
 * the part that has passed, or not at all, so that no chart ends in a fall that did not happen.
 */
export function ratesOf(
  counts: readonly number[],
  range: { readonly fromMs: number; readonly toMs: number; readonly stepMs: number },
): (number | null)[] {
  return counts.map((count, step) => {
    const startMs = range.fromMs + step * range.stepMs;
    const coveredMs = Math.min(range.stepMs, range.toMs - startMs);
    return coveredMs < range.stepMs * COVERED_MIN ? null : (count * 1000) / coveredMs;
  });
}
