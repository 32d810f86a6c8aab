import { ByteRun } from './byte-run.ts';
import { ExemplarColumns } from './exemplar-columns.ts';
import {
  growFloat64,
  growInt32,
  growUint8,
  growUint32,
  NO_FLOAT64,
  NO_INT32,
  NO_UINT8,
  NO_UINT32,
} from './grow.ts';
import { PointColumns } from './point-columns.ts';

/** Points of explicit histograms. Counts are u64, bounds f64, both end to end in Native order. */
export class HistogramPointColumns extends PointColumns {
  /** `HistogramPresence` bits. */
  presence: Uint8Array = NO_UINT8;
  /** Two words, u64. */
  countValue: Int32Array = NO_INT32;
  sum: Float64Array = NO_FLOAT64;
  min: Float64Array = NO_FLOAT64;
  max: Float64Array = NO_FLOAT64;
  /** 8 bytes a bucket. */
  readonly bucketCounts: ByteRun = ByteRun.whenNeeded(1 << 10);
  /** Buckets, not bytes. */
  bucketEnd: Uint32Array = NO_UINT32;
  readonly explicitBounds: ByteRun = ByteRun.whenNeeded(1 << 10);
  boundEnd: Uint32Array = NO_UINT32;
  readonly exemplars: ExemplarColumns = new ExemplarColumns();
  exemplarEnd: Uint32Array = NO_UINT32;

  constructor(rows: number) {
    super(rows);
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.presence = growUint8(this.presence, rows);
    this.countValue = growInt32(this.countValue, rows * 2);
    this.sum = growFloat64(this.sum, rows);
    this.min = growFloat64(this.min, rows);
    this.max = growFloat64(this.max, rows);
    this.bucketEnd = growUint32(this.bucketEnd, rows * 2);
    this.boundEnd = growUint32(this.boundEnd, rows * 2);
    this.exemplarEnd = growUint32(this.exemplarEnd, rows * 2);
  }

  override mark(): void {
    super.mark();
    this.bucketCounts.mark();
    this.explicitBounds.mark();
    this.exemplars.mark();
  }

  override rollback(): void {
    super.rollback();
    this.bucketCounts.rollback();
    this.explicitBounds.rollback();
    this.exemplars.rollback();
  }

  override reset(): void {
    super.reset();
    this.bucketCounts.length = 0;
    this.explicitBounds.length = 0;
    this.exemplars.reset();
  }
}

/** Points of exponential histograms, kept as sent: scale, offsets and the counts of both sides. */
export class ExponentialHistogramPointColumns extends PointColumns {
  /** `HistogramPresence` bits. */
  presence: Uint8Array = NO_UINT8;
  countValue: Int32Array = NO_INT32;
  sum: Float64Array = NO_FLOAT64;
  min: Float64Array = NO_FLOAT64;
  max: Float64Array = NO_FLOAT64;
  scale: Int32Array = NO_INT32;
  zeroCount: Int32Array = NO_INT32;
  zeroThreshold: Float64Array = NO_FLOAT64;
  positiveOffset: Int32Array = NO_INT32;
  /** u64, 8 bytes a bucket. */
  readonly positiveCounts: ByteRun = ByteRun.whenNeeded(1 << 9);
  positiveEnd: Uint32Array = NO_UINT32;
  negativeOffset: Int32Array = NO_INT32;
  readonly negativeCounts: ByteRun = ByteRun.whenNeeded(1 << 9);
  negativeEnd: Uint32Array = NO_UINT32;
  readonly exemplars: ExemplarColumns = new ExemplarColumns();
  exemplarEnd: Uint32Array = NO_UINT32;

  constructor(rows: number) {
    super(rows);
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.presence = growUint8(this.presence, rows);
    this.countValue = growInt32(this.countValue, rows * 2);
    this.sum = growFloat64(this.sum, rows);
    this.min = growFloat64(this.min, rows);
    this.max = growFloat64(this.max, rows);
    this.scale = growInt32(this.scale, rows);
    this.zeroCount = growInt32(this.zeroCount, rows * 2);
    this.zeroThreshold = growFloat64(this.zeroThreshold, rows);
    this.positiveOffset = growInt32(this.positiveOffset, rows);
    this.positiveEnd = growUint32(this.positiveEnd, rows * 2);
    this.negativeOffset = growInt32(this.negativeOffset, rows);
    this.negativeEnd = growUint32(this.negativeEnd, rows * 2);
    this.exemplarEnd = growUint32(this.exemplarEnd, rows * 2);
  }

  override mark(): void {
    super.mark();
    this.positiveCounts.mark();
    this.negativeCounts.mark();
    this.exemplars.mark();
  }

  override rollback(): void {
    super.rollback();
    this.positiveCounts.rollback();
    this.negativeCounts.rollback();
    this.exemplars.rollback();
  }

  override reset(): void {
    super.reset();
    this.positiveCounts.length = 0;
    this.negativeCounts.length = 0;
    this.exemplars.reset();
  }
}
