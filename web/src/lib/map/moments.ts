const MINUTE_MS = 60_000;
const MOMENTS_MAX = 60;
/** Edges are by the minute. */
const STEPS_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080];

export interface Moments {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** A range in at most sixty moments of whole minutes. */
export function momentsOf(fromMs: number, toMs: number): Moments {
  const wanted = (toMs - fromMs) / MINUTE_MS / MOMENTS_MAX;
  const minutes = STEPS_MINUTES.find((each) => each >= wanted) ?? 10_080;
  const stepMs = minutes * MINUTE_MS;
  const start = Math.floor(fromMs / stepMs) * stepMs;
  return { fromMs: start, stepMs, count: Math.max(1, Math.ceil((toMs - start) / stepMs)) };
}
