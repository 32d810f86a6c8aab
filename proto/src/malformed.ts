/**
 * The bytes are not OTLP. Permanent: the same bytes fail again, a sender must not retry them.
 *
 * `offset` counts bytes from the start of the request body (characters for JSON).
 */
export class MalformedError extends Error {
  readonly code = 'OTLP_MALFORMED';
  readonly retryable = false;
  readonly offset: number;
  /** Which request of several it was, where `decodeRequests` threw. */
  requestIndex: number | undefined;

  constructor(offset: number, reason: string) {
    super(`malformed OTLP at byte ${offset}: ${reason}`);
    this.name = 'MalformedError';
    this.offset = offset;
  }
}

export function malformed(offset: number, reason: string): never {
  throw new MalformedError(offset, reason);
}
