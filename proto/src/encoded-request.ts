import type { Signal } from './signal.ts';

/**
 * One `Export<Signal>ServiceRequest` in protobuf, as it came in, with what only the edge knows.
 *
 * Ownership: whoever holds the request may keep `bytes`; nobody writes to them.
 */
export interface EncodedRequest {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
  /**
   * Spans, log records, data points or samples inside (a histogram is one, a profile without
   * samples is one).
   */
  readonly itemCount: number;
  /** Who the data belongs to; decided at the edge from the ingest token, `default` without one. */
  readonly tenant: string;
  /** When the buffer took it, never a reader's clock. Milliseconds, the resolution of Kafka's record timestamp. */
  readonly receivedUnixMs: number;
}
