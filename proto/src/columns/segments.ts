import { Dictionary } from './dictionary.ts';
import { growFloat64, growUint32, NO_FLOAT64, NO_UINT32 } from './grow.ts';

/**
 * Which rows came with which request: request i owns rows `[rowEnd(i - 1), rowEnd(i))` of spans or
 * log records, or of the metrics table. Tenant and time of receipt belong to the request, not to
 * the row, and every derived value (time rule, tenant column) is a function of them.
 */
export class Segments {
  count = 0;
  capacity = 0;
  rowEnd: Uint32Array = NO_UINT32;
  /** Ids in `tenants`. */
  tenant: Uint32Array = NO_UINT32;
  /** Milliseconds since the epoch, from the buffer's record. */
  receivedUnixMs: Float64Array = NO_FLOAT64;
  readonly tenants: Dictionary = Dictionary.whenNeeded(16, 1 << 9);
  #marked = 0;

  constructor(capacity = 8) {
    this.growTo(capacity);
  }

  growTo(capacity: number): void {
    this.rowEnd = growUint32(this.rowEnd, capacity);
    this.tenant = growUint32(this.tenant, capacity);
    this.receivedUnixMs = growFloat64(this.receivedUnixMs, capacity);
    this.capacity = capacity;
  }

  mark(): void {
    this.#marked = this.count;
    this.tenants.mark();
  }

  rollback(): void {
    this.count = this.#marked;
    this.tenants.rollback();
  }

  reset(): void {
    this.count = 0;
    this.tenants.reset();
  }
}
