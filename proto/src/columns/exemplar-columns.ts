import { AttributeList } from './attribute-list.ts';
import {
  growFloat64,
  growInt32,
  growUint8,
  growUint32,
  NO_FLOAT64,
  NO_INT32,
  NO_UINT8,
  NO_UINT32,
  NO_VIEW,
} from './grow.ts';
import { viewOf } from './slab.ts';

/** The exemplars of one point table, flat; point i owns `[exemplarEnd(i - 1), exemplarEnd(i))`. */
export class ExemplarColumns {
  count = 0;
  capacity = 0;
  #marked = 0;
  timeUnixNano: Int32Array = NO_INT32;
  /** `NumberType`. */
  valueType: Uint8Array = NO_UINT8;
  double: Float64Array = NO_FLOAT64;
  int: Int32Array = NO_INT32;
  traceId: Uint8Array = NO_UINT8;
  traceIdView: DataView = NO_VIEW;
  spanId: Uint8Array = NO_UINT8;
  spanIdView: DataView = NO_VIEW;
  /** `filtered_attributes`. */
  readonly attributes: AttributeList = AttributeList.whenNeeded(16, 1 << 8);
  attributeEnd: Uint32Array = NO_UINT32;

  growTo(rows: number): void {
    this.timeUnixNano = growInt32(this.timeUnixNano, rows * 2);
    this.valueType = growUint8(this.valueType, rows);
    this.double = growFloat64(this.double, rows);
    this.int = growInt32(this.int, rows * 2);
    this.traceId = growUint8(this.traceId, rows * 16);
    this.traceIdView = viewOf(this.traceId);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.spanIdView = viewOf(this.spanId);
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
