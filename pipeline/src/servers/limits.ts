const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Limits of an HTTP server. Names of the fields in YAML and defaults are those of the Collector's
 * `confighttp` where it has the limit; the rest bounds what Go leaves open.
 */
export interface HttpLimits {
  /** `max_request_body_size`: bytes as sent. Over it: 413. */
  readonly bodyBytesMax: number;
  /** The same field, applied again to what the body unpacks to, so that a bomb ends there. */
  readonly decompressedBytesMax: number;
  /** All header lines of a request together. Over it: 431. */
  readonly headerBytesMax: number;
  readonly headersMax: number;
  /** Open connections; the next one is closed at once and counted. */
  readonly connectionsMax: number;
  /** `read_header_timeout`: from the first byte to the end of the headers. */
  readonly readHeaderTimeoutMs: number;
  /** `read_timeout`: from the first byte to the end of the body. 0 is no limit upstream. */
  readonly readTimeoutMs: number;
  /** `write_timeout`: from the end of the request to the end of the answer. */
  readonly writeTimeoutMs: number;
  /** `idle_timeout`: between two requests of one connection. */
  readonly idleTimeoutMs: number;
}

/** Limits of a gRPC server (the Collector's `configgrpc`). */
export interface GrpcLimits {
  /** `max_recv_msg_size_mib` (0 is 4 MiB): one message, unpacked. Over it: RESOURCE_EXHAUSTED. */
  readonly messageBytesMax: number;
  /** One request's metadata. */
  readonly metadataBytesMax: number;
  /** `max_concurrent_streams` of one connection. */
  readonly concurrentStreamsMax: number;
  readonly connectionsMax: number;
  /** `keepalive.server_parameters.time` and `.timeout`. */
  readonly keepaliveTimeMs: number;
  readonly keepaliveTimeoutMs: number;
  /** `keepalive.enforcement_policy.min_time`: pings more often than that end the connection. */
  readonly keepalivePingIntervalMsMin: number;
}

export const HTTP_LIMITS: HttpLimits = {
  bodyBytesMax: 20 * MIB,
  decompressedBytesMax: 20 * MIB,
  headerBytesMax: 64 * KIB,
  headersMax: 200,
  connectionsMax: 4096,
  readHeaderTimeoutMs: 60_000,
  readTimeoutMs: 300_000,
  writeTimeoutMs: 30_000,
  idleTimeoutMs: 60_000,
};

export const GRPC_LIMITS: GrpcLimits = {
  messageBytesMax: 4 * MIB,
  metadataBytesMax: 16 * KIB,
  concurrentStreamsMax: 1000,
  connectionsMax: 4096,
  keepaliveTimeMs: 7_200_000,
  keepaliveTimeoutMs: 20_000,
  keepalivePingIntervalMsMin: 300_000,
};

/** Text in an error's answer; the rest is cut. Bytes of UTF-8. */
export const ERROR_MESSAGE_BYTES_MAX: number = 4 * KIB;

/** A sender that is asked to come back later and no better time is known. Milliseconds. */
export const RETRY_AFTER_MS_DEFAULT = 1000;

/** How deep values in a JSON or protobuf request may nest. */
export const VALUE_DEPTH_MAX = 100;
