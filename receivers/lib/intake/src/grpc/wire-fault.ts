import { SondeError } from '@sonde/pipeline';
import { RpcCode } from '@sonde/proto';

/**
 * A call that breaks gRPC itself, not OTLP: a permanent fault of its sender, answered with the code
 * that gRPC names for it (grpc/doc/statuscodes.md) where that differs from the table of answers.
 */
export class WireFault extends SondeError {
  readonly rpcCode: RpcCode;

  constructor(rpcCode: RpcCode, message: string, options: { cause?: unknown } = {}) {
    super('INVALID_DATA', message, options);
    this.rpcCode = rpcCode;
  }
}

/** The encoding, method or number of messages is not served. */
export function notServed(message: string): WireFault {
  return new WireFault(RpcCode.unimplemented, message);
}

/** A message that cannot be read: framing or packing. */
export function unreadable(message: string, cause?: unknown): WireFault {
  return new WireFault(RpcCode.internal, message, cause === undefined ? {} : { cause });
}
