import {
  LongColumn,
  type PointChanges,
  type SummaryPointColumns,
  withSummaries,
} from '@sonde/proto';
import { DoubleColumn } from './double-column.ts';
import { rowsOf } from './span-row.ts';

/** Values of points of summaries. */
export class SummaryPoints {
  readonly points: SummaryPointColumns;
  readonly #counts: LongColumn;
  readonly #sums: DoubleColumn;

  constructor(points: SummaryPointColumns) {
    const { count } = points;
    this.points = points;
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
    this.#sums.set(row, value);
  }

  quantileCount(row: number): number {
    return rowsOf(this.points.quantileEnd, row);
  }

  finish(changes: PointChanges | undefined): SummaryPointColumns {
    const { points } = this;
    const edited = { ...changes, countValue: this.#counts.values, sum: this.#sums.values };
    const isSame =
      changes === undefined && edited.countValue === points.countValue && edited.sum === points.sum;
    return isSame ? points : withSummaries(points, edited);
  }
}
