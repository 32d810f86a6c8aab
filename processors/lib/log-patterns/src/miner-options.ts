export interface MinerOptions {
  /** Leaves a source; over it the coldest quarter goes. */
  readonly leavesMax?: number;
  /** Leaves of all sources. */
  readonly leavesTotalMax?: number;
  readonly sourcesMax?: number;
  /** Collects in `source.news` what a reader elsewhere must know to group leaves as this one does. */
  readonly hasNews?: boolean;
}

export const MINER_LIMITS: Required<MinerOptions> = {
  leavesMax: 4096,
  leavesTotalMax: 8192,
  sourcesMax: 1024,
  hasNews: false,
};
