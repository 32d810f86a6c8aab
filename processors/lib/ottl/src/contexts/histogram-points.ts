import {
  ByteColumn,
  type HistogramPointColumns,
  HistogramPresence,
  LongColumn,
  type PointChanges,
  withHistograms,
} from '@sonde/proto';
import { DoubleColumn } from './double-column.ts';
import { ListColumn } from './list-column.ts';
import { rowsOf } from './span-row.ts';

/** Values of points of explicit histograms. */
export class HistogramPoints {
  readonly points: HistogramPointColumns;
  readonly bucketCounts: ListColumn;
  readonly explicitBounds: ListColumn;
  readonly #presence: ByteColumn;
  readonly #counts: LongColumn;
  readonly #sums: DoubleColumn;

  constructor(points: HistogramPointColumns) {
    const { count } = points;
    this.points = points;
    this.bucketCounts = new ListColumn(points.bucketCounts, points.bucketEnd, count);
    this.explicitBounds = new ListColumn(points.explicitBounds, points.boundEnd, count);
    this.#presence = new ByteColumn(points.presence, count);
    this.#counts = new LongColumn(points.countValue, count);
    this.#sums = new DoubleColumn(points.sum, count);
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

  exemplarCount(row: number): number {
    return rowsOf(this.points.exemplarEnd, row);
  }

  finish(changes: PointChanges | undefined): HistogramPointColumns {
    const { points } = this;
    const buckets = this.bucketCounts.finish();
    const bounds = this.explicitBounds.finish();
    const edited = {
      ...changes,
      presence: this.#presence.values,
      countValue: this.#counts.values,
      sum: this.#sums.values,
      bucketCounts: buckets.run,
      bucketEnd: buckets.end,
      explicitBounds: bounds.run,
      boundEnd: bounds.end,
    };
    const isSame =
      changes === undefined &&
      edited.presence === points.presence &&
      edited.countValue === points.countValue &&
      edited.sum === points.sum &&
      edited.bucketCounts === points.bucketCounts &&
      edited.explicitBounds === points.explicitBounds;
    return isSame ? points : withHistograms(points, edited);
  }
}
