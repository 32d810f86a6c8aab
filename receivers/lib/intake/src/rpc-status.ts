import { ERROR_MESSAGE_BYTES_MAX, type SondeError } from '@sonde/pipeline';
import {
  type Encoding,
  encodeStatus,
  MalformedError,
  RPC_MESSAGE_LENGTH_MAX,
  type RpcStatus,
} from '@sonde/proto';
import { SENDER_ANSWERS } from './sender-answers.ts';

/** The error's text for a sender: within both limits of length, and well-formed. */
export function senderMessage(error: SondeError): string {
  const text = error.message.slice(0, RPC_MESSAGE_LENGTH_MAX);
  const bytes = Buffer.from(text, 'utf8');
  if (text === error.message && bytes.length <= ERROR_MESSAGE_BYTES_MAX) return bytes.toString();
  // A character that the cut divides would become a replacement character: it goes too.
  return bytes.toString('utf8', 0, ERROR_MESSAGE_BYTES_MAX).replace(/\uFFFD+$/, '');
}

/**
 * The error as a `google.rpc.Status`: with `RetryInfo` where a delay is known, with `BadRequest`
 * where bytes are not OTLP.
 */
export function statusBytes(error: SondeError, encoding: Encoding): Uint8Array {
  const { cause, retryAfterMs } = error;
  const message = senderMessage(error);
  const status: RpcStatus = { code: SENDER_ANSWERS[error.code].rpcCode, message };
  return encodeStatus(
    {
      ...status,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(cause instanceof MalformedError
        ? { violations: [{ field: `offset ${cause.offset}`, description: message }] }
        : {}),
    },
    encoding,
  );
}
