import type { SondeError } from '@sonde/pipeline';
import { senderMessage, statusBytes } from '../rpc-status.ts';
import { SENDER_ANSWERS } from '../sender-answers.ts';
import { WireFault } from './wire-fault.ts';

/**
 * How a call that failed ends: `grpc-status`, `grpc-message` and, where a delay is known,
 * `grpc-status-details-bin` with a `google.rpc.Status` whose `details` carry `RetryInfo`.
 */
export function refusalTrailers(error: SondeError): Readonly<Record<string, string>> {
  const code = error instanceof WireFault ? error.rpcCode : SENDER_ANSWERS[error.code].rpcCode;
  const trailers: Record<string, string> = {
    'grpc-status': String(code),
    'grpc-message': percentEncode(senderMessage(error)),
  };
  // The code and the text have trailers of their own: without a delay there is nothing to add.
  if (error.retryAfterMs !== undefined) {
    const details = Buffer.from(statusBytes(error, 'protobuf'));
    trailers['grpc-status-details-bin'] = details.toString('base64');
  }
  return trailers;
}

/** All but printable ASCII, and the percent sign, as `%XX` of UTF-8 (gRPC over HTTP2, "Responses"). */
function percentEncode(text: string): string {
  return text.replaceAll(/[^ -$&-~]+/gu, (run) => {
    let encoded = '';
    for (const byte of Buffer.from(run)) {
      encoded += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    }
    return encoded;
  });
}
