import {
  ByteColumn,
  type ExponentialHistogramPointColumns,
  HistogramPresence,
  LongColumn,
  type PointChanges,
  withExponentialHistograms,
} from '@sonde/proto';
import { DoubleColumn, IntegerColumn } from './double-column.ts';
import { ListColumn } from './list-column.ts';
import { rowsOf } from './span-row.ts';

/** Values of points of exponential histograms. */
export class ExponentialPoints {
  readonly points: ExponentialHistogramPointColumns;
  readonly scales: IntegerColumn;
  readonly zeroThresholds: DoubleColumn;
  readonly positiveOffsets: IntegerColumn;
  readonly negativeOffsets: IntegerColumn;
  readonly positiveCounts: ListColumn;
  readonly negativeCounts: ListColumn;
  readonly #presence: ByteColumn;
  readonly #counts: LongColumn;
  readonly #sums: DoubleColumn;
  readonly #zeroCounts: LongColumn;

  constructor(points: ExponentialHistogramPointColumns) {
    const { count } = points;
    this.points = points;
    this.scales = new IntegerColumn(points.scale, count);
    this.zeroThresholds = new DoubleColumn(points.zeroThreshold, count);
    this.positiveOffsets = new IntegerColumn(points.positiveOffset, count);
    this.negativeOffsets = new IntegerColumn(points.negativeOffset, count);
    this.positiveCounts = new ListColumn(points.positiveCounts, points.positiveEnd, count);
    this.negativeCounts = new ListColumn(points.negativeCounts, points.negativeEnd, count);
    this.#presence = new ByteColumn(points.presence, count);
    this.#counts = new LongColumn(points.countValue, count);
    this.#sums = new DoubleColumn(points.sum, count);
    this.#zeroCounts = new LongColumn(points.zeroCount, count);
  }

  countOf(row: number): bigint {
    return BigInt.asIntN(64, this.#counts.get(row));
  }

  setCount(row: number, value: bigint): void {
    this.#counts.set(row, value);
  }

  sum(row: number): number {
    return this.#sums.get(row);
  }

  setSum(row: number, value: number): void {
    this.#presence.set(row, (this.#presence.values[row] ?? 0) | HistogramPresence.sum);
    this.#sums.set(row, value);
  }

  zeroCount(row: number): bigint {
    return BigInt.asIntN(64, this.#zeroCounts.get(row));
  }

  setZeroCount(row: number, value: bigint): void {
    this.#zeroCounts.set(row, value);
  }

  exemplarCount(row: number): number {
    return rowsOf(this.points.exemplarEnd, row);
  }

  finish(changes: PointChanges | undefined): ExponentialHistogramPointColumns {
    const { points } = this;
    const positive = this.positiveCounts.finish();
    const negative = this.negativeCounts.finish();
    const edited = {
      presence: this.#presence.values,
      countValue: this.#counts.values,
      sum: this.#sums.values,
      zeroCount: this.#zeroCounts.values,
      scale: this.scales.values,
      zeroThreshold: this.zeroThresholds.values,
      positiveOffset: this.positiveOffsets.values,
      negativeOffset: this.negativeOffsets.values,
      positiveCounts: positive.run,
      positiveEnd: positive.end,
      negativeCounts: negative.run,
      negativeEnd: negative.end,
    };
    const isSame = changes === undefined && isOf(points, edited);
    return isSame ? points : withExponentialHistograms(points, { ...changes, ...edited });
  }
}

/** Whether every column of `edited` is the source's own. */
function isOf<P extends object>(points: P, edited: Partial<P>): boolean {
  for (const name in edited) if (edited[name] !== points[name]) return false;
  return true;
}
