import type { LatencyHeatmap, MetricHeatmapResponse } from '@sonde/backend/api-contract';

/** Share of the first bound at which the lowest bucket begins on a scale without a zero. */
const LOWEST_SHARE = 0.5;

/**
 * Buckets of a metric as the heatmap draws them: positive edges, in the metric's unit. What lies at
 * zero or below is one row at the bottom; what lies above the last bound one at the top.
 */
export function heatmapEdges({ bounds, counts }: MetricHeatmapResponse): LatencyHeatmap {
  const first = bounds.findIndex((bound) => bound > 0);
  const positive = first < 0 ? [] : bounds.slice(first);
  const lowest = (positive[0] ?? 1) * LOWEST_SHARE;
  const hasBelow = first > 0 && counts.some((step) => sum(step.slice(0, first)) > 0);
  const below = hasBelow ? [lowest * LOWEST_SHARE] : [];
  const fold = (step: readonly number[]): number[] => {
    const rest = step.slice(Math.max(0, first));
    return hasBelow ? [sum(step.slice(0, first)), ...rest] : rest;
  };
  const folded = counts.map(fold);
  return {
    bucketsNs: [...below, lowest, ...positive],
    counts: folded,
    errors: folded.map((step) => step.map(() => 0)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
