const MIB = 1024 * 1024;

/**
 * Bytes of request bodies that are being received, unpacked or waiting for the pipeline, of both
 * protocols together. Beyond it senders are asked to come back (`OVERLOADED`). Never less than
 * `BODIES_IN_FLIGHT_MIN` of the largest body that the configuration allows.
 */
export const IN_FLIGHT_BYTES_MAX: number = 128 * MIB;

/** How many bodies of the largest size, packed and unpacked, must have room at the same time. */
export const BODIES_IN_FLIGHT_MIN = 4;

/** Of the memory that `memory_limiter` allows; the rest is what the pipeline makes of bodies. */
export const IN_FLIGHT_MEMORY_SHARE = 0.25;
/** What one body may hold for each of its bytes: packed, unpacked, and twice as text of JSON. */
export const HELD_PER_BODY_BYTE = 4;

/** Unpacked; over it bodies are read one a turn of the event loop: some 10 ms each. */
export const LARGE_BODY_BYTES: number = MIB;

/** When a sender that met `IN_FLIGHT_BYTES_MAX` should come back: a body's usual stay. */
export const IN_FLIGHT_RETRY_AFTER_MS = 1000;

/**
 * A body that is still coming while over half of the room is taken must bring, every so many
 * milliseconds, so many bytes and so large a share of what it holds already. Else its sender is asked
 * to come back: a few slow ones shall not stop the others.
 */
export const BODY_PACE_MS = 30_000;
export const BODY_PACE_BYTES_MIN: number = 64 * 1024;
export const BODY_PACE_SHARE_MIN = 0.25;

/**
 * What a refused sender may still send before its connection is cut: over gRPC bytes, over HTTP/1.1
 * bodies of the largest size that is taken, and never for longer than some milliseconds. Most
 * clients write their body to the end before they read: one that is cut sees a reset, which it takes
 * for an accident of the network, and sends the same body again.
 */
export const DISCARDED_BYTES_MAX: number = MIB;
export const DISCARDED_BODIES_MAX = 4;
export const DISCARD_TIME_MS_MAX = 5000;

/** gRPC calls in progress, of all connections; the next is refused as `OVERLOADED`. */
export const GRPC_CALLS_MAX = 4096;

/** From a gRPC call's headers to its whole message, as `read_timeout` for HTTP. */
export const GRPC_RECEIVE_TIMEOUT_MS = 300_000;

/** What a gRPC message being received holds at first, if it says to be that long, and from then on. */
export const MESSAGE_FIRST_BYTES: number = 16 * 1024;
export const MESSAGE_BYTES_PER_BYTE_RECEIVED = 16;

/** A connection to the gRPC port that has not said its settings by then is closed. */
export const GRPC_HANDSHAKE_TIMEOUT_MS = 20_000;

/** From the answer to a gRPC call until its client must have taken it. */
export const GRPC_ANSWER_TIMEOUT_MS = 30_000;

/** How many pings beyond the rate a client may send between two answers, as gRPC's servers. */
export const GRPC_PING_STRIKES_MAX = 2;

/**
 * What a gRPC client may send before it is read: of one call, and of all calls of a connection.
 * 4 MiB is 80 MB/s over a way of 50 ms.
 */
export const GRPC_STREAM_WINDOW_BYTES: number = MIB;
export const GRPC_CONNECTION_WINDOW_BYTES: number = 4 * MIB;

/** What node:http2 may hold for one connection: header tables, what waits to be sent. MB of 10^6. */
export const HTTP2_SESSION_MEMORY_MB_MAX = 16;

/** Requests in progress of one HTTP/2 connection to an HTTP server, as Go's servers have it. */
export const HTTP2_STREAMS_MAX = 250;

/** Of a connection to a gRPC server (RFC 9113): a frame's payload, and the table of headers. Bytes. */
export const HTTP2_FRAME_BYTES_MAX: number = 16 * 1024;
export const HTTP2_HEADER_TABLE_BYTES = 4096;

/** Headers of a call; one with more is refused. Their bytes are the server's `metadataBytesMax`. */
export const HTTP2_HEADERS_MAX = 128;

/**
 * A block of headers as it comes: its bytes, its CONTINUATIONs, and the time until it is whole. Beyond
 * it the connection ends; below it a call with more headers than allowed is refused alone, for the
 * block was read and the tables of both sides are still the same.
 */
export const HTTP2_HEADER_BLOCK_BYTES_MAX: number = 128 * 1024;
export const HTTP2_CONTINUATIONS_MAX = 16;
export const HTTP2_HEADER_BLOCK_TIMEOUT_MS = 20_000;

/** The last block of headers is known by its bytes up to that length. */
export const HTTP2_REPEATED_BLOCK_BYTES_MAX = 1024;

/**
 * Streams that a client may reset, or have reset for its faults: a burst, and more each second. Those
 * of nghttp2, which real clients keep to.
 */
export const HTTP2_RESETS: { readonly burst: number; readonly perSecond: number } = {
  burst: 1000,
  perSecond: 33,
};

/** Frames that bring nothing (SETTINGS, PING, WINDOW_UPDATE, PRIORITY, empty DATA, unknown ones). */
export const HTTP2_IDLE_FRAMES: { readonly burst: number; readonly perSecond: number } = {
  burst: 1000,
  perSecond: 100,
};

/** How many more of them each finished call allows. */
export const HTTP2_IDLE_FRAMES_PER_CALL = 4;

/** Streams of a connection that are remembered after they closed, for what still comes of them. */
export const HTTP2_CLOSED_STREAMS_KEPT = 1024;

/** What a client lets wait to be sent to it before its connection is cut. Bytes. */
export const HTTP2_UNSENT_BYTES_MAX: number = MIB;

/** From a goodbye until the client must have closed its connection. */
export const HTTP2_GOODBYE_TIMEOUT_MS = 1000;
