export interface MinerOptions {
  /** Leaves a source; over it the coldest quarter goes. */
  readonly leavesMax?: number;
  /** Leaves of all sources. */
  readonly leavesTotalMax?: number;
  readonly sourcesMax?: number;
}

export const MINER_LIMITS: Required<MinerOptions> = {
  leavesMax: 4096,
  leavesTotalMax: 8192,
  sourcesMax: 1024,
};
