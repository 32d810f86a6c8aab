import { Dictionary } from './dictionary.ts';

/**
 * Which rows came with which request: request i owns rows `[rowEnd(i - 1), rowEnd(i))` of spans or
 * log records, or of the metrics table. Tenant and time of receipt belong to the request, not to
 * the row, and every derived value (time rule, tenant column) is a function of them.
 */
export class Segments {
  count = 0;
  rowEnd: Uint32Array;
  /** Ids in `tenants`. */
  tenant: Uint32Array;
  /** Milliseconds since the epoch, from the buffer's record. */
  receivedUnixMs: Float64Array;
  readonly tenants: Dictionary = new Dictionary(64, 1 << 10);

  constructor(capacity = 256) {
    this.rowEnd = new Uint32Array(capacity);
    this.tenant = new Uint32Array(capacity);
    this.receivedUnixMs = new Float64Array(capacity);
  }

  reset(): void {
    this.count = 0;
    this.tenants.reset();
  }
}
