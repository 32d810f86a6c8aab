import { Metadata, type StatusObject } from '@grpc/grpc-js';
import type { SondeError } from '@sonde/pipeline';
import { senderMessage, statusBytes } from '../rpc-status.ts';
import { SENDER_ANSWERS } from '../sender-answers.ts';

/** Trailer with the `google.rpc.Status` whose `details` carry `RetryInfo`. */
const DETAILS_TRAILER = 'grpc-status-details-bin';

/** How a call that failed ends. */
export function statusOf(error: SondeError): StatusObject {
  const metadata = new Metadata();
  // The code and the text have trailers of their own: without a delay there is nothing to add.
  if (error.retryAfterMs !== undefined) {
    metadata.set(DETAILS_TRAILER, Buffer.from(statusBytes(error, 'protobuf')));
  }
  return {
    code: SENDER_ANSWERS[error.code].rpcCode,
    details: senderMessage(error),
    metadata,
  };
}
