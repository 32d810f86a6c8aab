const MIB = 1024 * 1024;

/**
 * Bytes of request bodies that are being received, unpacked or waiting for the pipeline, of both
 * protocols together. Beyond it senders are asked to come back (`OVERLOADED`). Never less than
 * `BODIES_IN_FLIGHT_MIN` of the largest body that the configuration allows.
 */
export const IN_FLIGHT_BYTES_MAX: number = 128 * MIB;

/** How many bodies of the largest size, packed and unpacked, must have room at the same time. */
export const BODIES_IN_FLIGHT_MIN = 4;

/** When a sender that met `IN_FLIGHT_BYTES_MAX` should come back: a body's usual stay. */
export const IN_FLIGHT_RETRY_AFTER_MS = 1000;

/** What a refused sender may still send before its connection is cut. Bytes, and milliseconds. */
export const DISCARDED_BYTES_MAX: number = MIB;
export const DISCARD_TIME_MS_MAX = 1000;

/** gRPC calls in progress, of all connections; the next is refused as `OVERLOADED`. */
export const GRPC_CALLS_MAX = 4096;

/** From a gRPC call's headers to its whole message, as `read_timeout` for HTTP. */
export const GRPC_RECEIVE_TIMEOUT_MS = 300_000;

/** Memory for a piece of an unpacked body. Bytes. */
export const UNPACK_CHUNK_BYTES: number = 128 * 1024;
