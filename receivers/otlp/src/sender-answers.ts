import type { ErrorCode } from '@sonde/pipeline';

/** Codes of `google.rpc.Code` that a sender may see. */
export const GrpcCode = {
  ok: 0,
  invalidArgument: 3,
  deadlineExceeded: 4,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

export interface SenderAnswer {
  readonly httpStatus: number;
  readonly grpcCode: number;
}

/**
 * What a sender sees for each code: the only place where errors become protocol. A sender retries
 * 429, 502, 503 and 504, and the gRPC codes CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE,
 * UNAVAILABLE and DATA_LOSS (OTLP specification, "Failures"); so exactly the retryable codes of
 * `ErrorCode` stand on those. `RESOURCE_EXHAUSTED` without a delay is permanent.
 */
export const SENDER_ANSWERS: Readonly<Record<ErrorCode, SenderAnswer>> = {
  INVALID_DATA: { httpStatus: 400, grpcCode: GrpcCode.invalidArgument },
  TOO_LARGE: { httpStatus: 413, grpcCode: GrpcCode.resourceExhausted },
  UNAUTHENTICATED: { httpStatus: 401, grpcCode: GrpcCode.unauthenticated },
  PERMISSION_DENIED: { httpStatus: 403, grpcCode: GrpcCode.permissionDenied },
  UNIMPLEMENTED: { httpStatus: 404, grpcCode: GrpcCode.unimplemented },
  OVERLOADED: { httpStatus: 503, grpcCode: GrpcCode.unavailable },
  UNAVAILABLE: { httpStatus: 503, grpcCode: GrpcCode.unavailable },
  DEADLINE_EXCEEDED: { httpStatus: 503, grpcCode: GrpcCode.deadlineExceeded },
  SHUTTING_DOWN: { httpStatus: 503, grpcCode: GrpcCode.unavailable },
  INTERNAL: { httpStatus: 500, grpcCode: GrpcCode.internal },
};
