import { AttributeList } from './attribute-list.ts';
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

/** What every kind of data point has. */
export class PointColumns {
  count = 0;
  capacity = 0;
  #marked = 0;
  /** Rows of the metrics table. */
  metric: Uint32Array = NO_UINT32;
  startTimeUnixNano: Int32Array = NO_INT32;
  timeUnixNano: Int32Array = NO_INT32;
  flags: Uint32Array = NO_UINT32;
  readonly attributes: AttributeList;
  attributeEnd: Uint32Array = NO_UINT32;

  /** Subclasses call `growTo(rows)` when their own fields exist. */
  constructor(rows: number) {
    this.attributes = AttributeList.whenNeeded(rows * 6, rows * 96);
  }

  growTo(rows: number): void {
    this.metric = growUint32(this.metric, rows);
    this.startTimeUnixNano = growInt32(this.startTimeUnixNano, rows * 2);
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.flags = growUint32(this.flags, rows);
    this.attributeEnd = growUint32(this.attributeEnd, rows * 2);
    this.capacity = rows;
  }

  mark(): void {
    this.#marked = this.count;
    this.attributes.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.attributes.rollback();
  }

  /** Empty again; the memory is kept. */
  reset(): void {
    this.count = 0;
    this.attributes.reset();
  }
}

/** Points of gauges and sums; `double` or `int` holds the value, as `valueType` says. */
export class NumberPointColumns extends PointColumns {
  /** `NumberType`. */
  valueType: Uint8Array = NO_UINT8;
  /** The value as a double for every type (an int above 2^53 is rounded here, exact in `int`). */
  double: Float64Array = NO_FLOAT64;
  int: Int32Array = NO_INT32;
  readonly exemplars: ExemplarColumns = new ExemplarColumns();
  exemplarEnd: Uint32Array = NO_UINT32;

  constructor(rows: number) {
    super(rows);
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.valueType = growUint8(this.valueType, rows);
    this.double = growFloat64(this.double, rows);
    this.int = growInt32(this.int, rows * 2);
    this.exemplarEnd = growUint32(this.exemplarEnd, rows * 2);
  }

  override mark(): void {
    super.mark();
    this.exemplars.mark();
  }

  override rollback(): void {
    super.rollback();
    this.exemplars.rollback();
  }

  override reset(): void {
    super.reset();
    this.exemplars.reset();
  }
}

/** Points of summaries; quantiles and values are f64, end to end. */
export class SummaryPointColumns extends PointColumns {
  countValue: Int32Array = NO_INT32;
  sum: Float64Array = NO_FLOAT64;
  readonly quantiles: ByteRun = ByteRun.whenNeeded(1 << 8);
  readonly quantileValues: ByteRun = ByteRun.whenNeeded(1 << 8);
  /** Quantiles, not bytes. */
  quantileEnd: Uint32Array = NO_UINT32;

  constructor(rows: number) {
    super(rows);
    this.growTo(rows);
  }

  override growTo(rows: number): void {
    super.growTo(rows);
    this.countValue = growInt32(this.countValue, rows * 2);
    this.sum = growFloat64(this.sum, rows);
    this.quantileEnd = growUint32(this.quantileEnd, rows * 2);
  }

  override mark(): void {
    super.mark();
    this.quantiles.mark();
    this.quantileValues.mark();
  }

  override rollback(): void {
    super.rollback();
    this.quantiles.rollback();
    this.quantileValues.rollback();
  }

  override reset(): void {
    super.reset();
    this.quantiles.length = 0;
    this.quantileValues.length = 0;
  }
}
