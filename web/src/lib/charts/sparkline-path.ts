export interface SparklinePaths {
  /** Bars of what went well, above the errors. */
  readonly requests: string;
  /** Bars of errors, from the ground up. */
  readonly errors: string;
  /** The highest step. */
  readonly peak: number;
}

export interface SparklineSize {
  readonly width: number;
  readonly height: number;
}

/** A step with a request is at least this high: it must not look like none. */
const BAR_PX_MIN = 1;

/**
 * Errors that would be thinner are left to the figure beside: one in ten thousand is no red line.
 */
const ERROR_PX_MIN = 0.3;

/** Most bars: steps beyond are added together pairwise, then by four, and so on. */
const BARS_MAX = 48;

/** SVG path data for requests a step with their errors stacked at the bottom. */
export function sparklinePaths(
  requests: readonly number[],
  errors: readonly number[],
  size: SparklineSize,
): SparklinePaths {
  const totals = fold(requests, BARS_MAX);
  const bad = fold(errors, BARS_MAX);
  const peak = Math.max(0, ...totals);
  if (peak === 0) return { requests: '', errors: '', peak };
  const step = size.width / totals.length;
  const parts = { requests: '', errors: '' };
  totals.forEach((total, index) => {
    if (total <= 0) return;
    const height = Math.max(BAR_PX_MIN, (total / peak) * size.height);
    const share = Math.min(1, (bad[index] ?? 0) / total);
    const exactBad = height * share;
    const badHeight = exactBad < ERROR_PX_MIN ? 0 : Math.max(BAR_PX_MIN, exactBad);
    // Whole pixels: bars of one width on the screen, not now three and now two pixels.
    const x = Math.round(index * step);
    const barWidth = Math.max(1, Math.round((index + 1) * step) - x - (step >= 3 ? 1 : 0));
    const top = size.height - Math.max(height, badHeight);
    const split = size.height - badHeight;
    if (split > top) parts.requests += bar(x, top, barWidth, split);
    if (badHeight > 0) parts.errors += bar(x, split, barWidth, size.height);
  });
  return { ...parts, peak };
}

/** Adds neighbours together until at most `countMax` are left. */
export function fold(values: readonly number[], countMax: number): number[] {
  let folded = [...values];
  while (folded.length > countMax) {
    const half: number[] = [];
    for (let index = 0; index < folded.length; index += 2) {
      half.push((folded[index] ?? 0) + (folded[index + 1] ?? 0));
    }
    folded = half;
  }
  return folded;
}

function bar(x: number, top: number, width: number, bottom: number): string {
  const height = bottom - top;
  return `M${x} ${top.toFixed(1)}h${width}v${height.toFixed(1)}h-${width}z`;
}
