import { ERROR_MESSAGE_BYTES_MAX, type SondeError } from '@sonde/pipeline';
import { encodeStatus, type RpcStatus, statusToJson } from './rpc-status-bytes.ts';
import { SENDER_ANSWERS } from './sender-answers.ts';

/** The error's text for a sender: cut at `ERROR_MESSAGE_BYTES_MAX` bytes of UTF-8, well-formed. */
export function senderMessage(error: SondeError): string {
  const bytes = Buffer.from(error.message, 'utf8');
  if (bytes.length <= ERROR_MESSAGE_BYTES_MAX) return bytes.toString('utf8');
  // A character that the cut divides would become a replacement character: it goes too.
  return bytes.toString('utf8', 0, ERROR_MESSAGE_BYTES_MAX).replace(/\uFFFD+$/, '');
}

/** The error as a `google.rpc.Status` message, with `RetryInfo` where a delay is known. */
export function statusProtobuf(error: SondeError): Uint8Array {
  return encodeStatus(rpcStatus(error));
}

/** The same in protobuf's JSON. */
export function statusJson(error: SondeError): Uint8Array {
  return Buffer.from(statusToJson(rpcStatus(error)));
}

function rpcStatus(error: SondeError): RpcStatus {
  return {
    code: SENDER_ANSWERS[error.code].grpcCode,
    message: senderMessage(error),
    retryDelayMs: error.retryAfterMs,
  };
}
