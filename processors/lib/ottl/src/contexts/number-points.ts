import {
  ByteColumn,
  LongColumn,
  type NumberPointColumns,
  NumberType,
  type PointChanges,
  withNumbers,
} from '@sonde/proto';
import { DoubleColumn } from './double-column.ts';
import { rowsOf } from './span-row.ts';

/** Values of points of gauges and sums. */
export class NumberPoints {
  readonly points: NumberPointColumns;
  readonly #types: ByteColumn;
  readonly #doubles: DoubleColumn;
  readonly #ints: LongColumn;

  constructor(points: NumberPointColumns) {
    const { count } = points;
    this.points = points;
    this.#types = new ByteColumn(points.valueType, count);
    this.#doubles = new DoubleColumn(points.double, count);
    this.#ints = new LongColumn(points.int, count);
  }

  /** `NumberType`. */
  typeOf(row: number): number {
    return this.#types.values[row] ?? 0;
  }

  /** 0 for a value of another type, as pdata has it. */
  double(row: number): number {
    return this.typeOf(row) === NumberType.double ? this.#doubles.get(row) : 0;
  }

  setDouble(row: number, value: number): void {
    this.#types.set(row, NumberType.double);
    this.#doubles.set(row, value);
  }

  int(row: number): bigint {
    return this.typeOf(row) === NumberType.int ? BigInt.asIntN(64, this.#ints.get(row)) : 0n;
  }

  setInt(row: number, value: bigint): void {
    this.#types.set(row, NumberType.int);
    this.#ints.set(row, value);
    this.#doubles.set(row, Number(value));
  }

  exemplarCount(row: number): number {
    return rowsOf(this.points.exemplarEnd, row);
  }

  finish(changes: PointChanges | undefined): NumberPointColumns {
    const { points } = this;
    const edited = {
      ...changes,
      valueType: this.#types.values,
      double: this.#doubles.values,
      int: this.#ints.values,
    };
    const isSame =
      changes === undefined &&
      edited.valueType === points.valueType &&
      edited.double === points.double &&
      edited.int === points.int;
    return isSame ? points : withNumbers(points, edited);
  }
}
