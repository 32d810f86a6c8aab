import { AttributeList } from './attribute-list.ts';
import { growFloat64, growInt32, growUint8, growUint32 } from './grow.ts';

/** The exemplars of one point table, flat; point i owns `[exemplarEnd(i - 1), exemplarEnd(i))`. */
export class ExemplarColumns {
  count = 0;
  capacity = 0;
  #marked = 0;
  timeUnixNano: Int32Array = new Int32Array(0);
  /** `NumberType`. */
  valueType: Uint8Array = new Uint8Array(0);
  double: Float64Array = new Float64Array(0);
  int: Int32Array = new Int32Array(0);
  traceId: Uint8Array = new Uint8Array(0);
  traceIdView: DataView = new DataView(this.traceId.buffer);
  spanId: Uint8Array = new Uint8Array(0);
  spanIdView: DataView = new DataView(this.spanId.buffer);
  /** `filtered_attributes`. */
  readonly attributes: AttributeList = AttributeList.whenNeeded(16, 1 << 8);
  attributeEnd: Uint32Array = new Uint32Array(0);

  growTo(rows: number): void {
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.valueType = growUint8(this.valueType, rows);
    this.double = growFloat64(this.double, rows);
    this.int = growInt32(this.int, rows * 2);
    this.traceId = growUint8(this.traceId, rows * 16);
    this.traceIdView = new DataView(this.traceId.buffer);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.spanIdView = new DataView(this.spanId.buffer);
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
