/** The left end of the common latency scale: nothing faster is told apart. */
export const SCALE_FROM_NS = 100_000;

/** Where a duration lies between 0.1 ms and `maxNs` on a log scale, 0 to 1. */
export function durationShare(ns: number, maxNs: number): number {
  const top = Math.log(Math.max(maxNs, SCALE_FROM_NS * 10) / SCALE_FROM_NS);
  const share = Math.log(Math.max(ns, SCALE_FROM_NS) / SCALE_FROM_NS) / top;
  return Math.min(1, Math.max(0, share));
}
