import { ticks } from 'd3-array';
import type { TimeWindow } from './waterfall-geometry.ts';

const TICK_PX = 110;

/** Round times inside the window, whole nanoseconds, for a ruler of that width. */
export function rulerTicks(window: TimeWindow, widthPx: number): number[] {
  const count = Math.max(2, Math.floor(widthPx / TICK_PX));
  return ticks(window.fromNs, window.toNs, count).filter(Number.isInteger);
}
