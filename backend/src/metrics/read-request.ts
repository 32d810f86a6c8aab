import type { CostMeter } from '../store-cost.ts';

/** What reading on somebody's behalf takes along. */
export interface ReadRequest {
  readonly meter: CostMeter;
  readonly signal: AbortSignal;
}
