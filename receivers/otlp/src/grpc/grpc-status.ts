import { Metadata, type StatusObject } from '@grpc/grpc-js';
import type { SondeError } from '@sonde/pipeline';
import { senderMessage, statusProtobuf } from '../rpc-status.ts';
import { SENDER_ANSWERS } from '../sender-answers.ts';

/** Trailer with the `google.rpc.Status` whose `details` carry `RetryInfo`. */
const DETAILS_TRAILER = 'grpc-status-details-bin';

/** How a call that failed ends. */
export function statusOf(error: SondeError): StatusObject {
  const metadata = new Metadata();
  if (error.retryAfterMs !== undefined) {
    metadata.set(DETAILS_TRAILER, Buffer.from(statusProtobuf(error)));
  }
  return {
    code: SENDER_ANSWERS[error.code].grpcCode,
    details: senderMessage(error),
    metadata,
  };
}
