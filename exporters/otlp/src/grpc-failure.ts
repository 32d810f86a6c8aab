import { type ErrorCode, SondeError } from '@sonde/pipeline';
import type { GrpcAnswer } from '@sonde/pipeline/clients';
import { MalformedError, RpcCode, readStatus } from '@sonde/proto';

/** Names as Go prints them: people search for `code = Unavailable`. */
const NAMES: Readonly<Record<number, string>> = {
  [RpcCode.cancelled]: 'Canceled',
  [RpcCode.unknown]: 'Unknown',
  [RpcCode.invalidArgument]: 'InvalidArgument',
  [RpcCode.deadlineExceeded]: 'DeadlineExceeded',
  [RpcCode.notFound]: 'NotFound',
  [RpcCode.alreadyExists]: 'AlreadyExists',
  [RpcCode.permissionDenied]: 'PermissionDenied',
  [RpcCode.resourceExhausted]: 'ResourceExhausted',
  [RpcCode.failedPrecondition]: 'FailedPrecondition',
  [RpcCode.aborted]: 'Aborted',
  [RpcCode.outOfRange]: 'OutOfRange',
  [RpcCode.unimplemented]: 'Unimplemented',
  [RpcCode.internal]: 'Internal',
  [RpcCode.unavailable]: 'Unavailable',
  [RpcCode.dataLoss]: 'DataLoss',
  [RpcCode.unauthenticated]: 'Unauthenticated',
};

/**
 * The codes of the OTLP specification's list of failures. What is not here is permanent, and
 * `RESOURCE_EXHAUSTED` is retryable only where it says when.
 */
const CODES: Readonly<Record<number, ErrorCode>> = {
  [RpcCode.cancelled]: 'UNAVAILABLE',
  [RpcCode.deadlineExceeded]: 'DEADLINE_EXCEEDED',
  [RpcCode.aborted]: 'UNAVAILABLE',
  [RpcCode.outOfRange]: 'UNAVAILABLE',
  [RpcCode.unavailable]: 'UNAVAILABLE',
  [RpcCode.dataLoss]: 'UNAVAILABLE',
  [RpcCode.resourceExhausted]: 'TOO_LARGE',
  [RpcCode.invalidArgument]: 'INVALID_DATA',
  [RpcCode.unauthenticated]: 'UNAUTHENTICATED',
  [RpcCode.permissionDenied]: 'PERMISSION_DENIED',
  [RpcCode.unimplemented]: 'UNIMPLEMENTED',
};

/** A call that did not end with OK, with upstream's text. */
export function grpcFailure({ code, details, status }: GrpcAnswer): SondeError {
  const retryAfterMs = status === undefined ? undefined : delayOf(status);
  const message = `rpc error: code = ${NAMES[code] ?? `Code(${code})`} desc = ${details}`;
  const isThrottled = code === RpcCode.resourceExhausted && retryAfterMs !== undefined;
  const own = isThrottled ? 'OVERLOADED' : (CODES[code] ?? 'INTERNAL');
  return new SondeError(own, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** `RetryInfo` of the details; what cannot be read says nothing. */
function delayOf(status: Uint8Array): number | undefined {
  try {
    return readStatus('protobuf', status).retryAfterMs;
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}
