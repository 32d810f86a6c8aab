/** One side of an exponential histogram. */
export interface Side {
  readonly offset: number;
  readonly counts: BigUint64Array;
}

export interface NumberState {
  readonly kind: 'int' | 'double';
  readonly timeUnixNano: bigint;
  readonly int: bigint;
  readonly double: number;
}

export interface HistogramState {
  readonly kind: 'histogram';
  readonly timeUnixNano: bigint;
  readonly count: bigint;
  readonly sum: number;
  readonly counts: BigUint64Array;
  /** The bounds as they lie in columns. */
  readonly bounds: Uint8Array;
}

export interface ExponentialState {
  readonly kind: 'exponential';
  readonly timeUnixNano: bigint;
  readonly count: bigint;
  readonly sum: number;
  readonly scale: number;
  readonly zeroCount: bigint;
  readonly zeroThreshold: number;
  readonly positive: Side;
  readonly negative: Side;
}

/** What is remembered of a series. */
export type PointState = NumberState | HistogramState | ExponentialState;

/** Why a point has no delta; upstream's words but for `out_of_order`. */
export type DropReason = 'initial' | 'reset' | 'bucket_mismatch' | 'out_of_order';
