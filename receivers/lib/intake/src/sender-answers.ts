import type { ErrorCode } from '@sonde/pipeline';
import { RpcCode } from '@sonde/proto';

export interface SenderAnswer {
  readonly httpStatus: number;
  readonly rpcCode: RpcCode;
}

/**
 * What a sender sees for each code: the only place where errors become protocol. A sender retries
 * 429, 502, 503 and 504, and the gRPC codes CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE,
 * UNAVAILABLE and DATA_LOSS (OTLP specification, "Failures"); so exactly the retryable codes of
 * `ErrorCode` stand on those. `RESOURCE_EXHAUSTED` without a delay is permanent.
 */
export const SENDER_ANSWERS: Readonly<Record<ErrorCode, SenderAnswer>> = {
  INVALID_DATA: { httpStatus: 400, rpcCode: RpcCode.invalidArgument },
  TOO_LARGE: { httpStatus: 413, rpcCode: RpcCode.resourceExhausted },
  UNAUTHENTICATED: { httpStatus: 401, rpcCode: RpcCode.unauthenticated },
  PERMISSION_DENIED: { httpStatus: 403, rpcCode: RpcCode.permissionDenied },
  UNIMPLEMENTED: { httpStatus: 404, rpcCode: RpcCode.unimplemented },
  OVERLOADED: { httpStatus: 503, rpcCode: RpcCode.unavailable },
  UNAVAILABLE: { httpStatus: 503, rpcCode: RpcCode.unavailable },
  DEADLINE_EXCEEDED: { httpStatus: 503, rpcCode: RpcCode.deadlineExceeded },
  SHUTTING_DOWN: { httpStatus: 503, rpcCode: RpcCode.unavailable },
  INTERNAL: { httpStatus: 500, rpcCode: RpcCode.internal },
};
