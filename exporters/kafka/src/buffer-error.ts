import { BufferError, type BufferErrorCode } from '@sonde/buffer';
import { type ErrorCode, SondeError } from '@sonde/pipeline';
import { MalformedError } from '@sonde/proto';

/** Room comes back as soon as brokers answer. */
const FULL_RETRY_AFTER_MS = 1000;

const CODES: Readonly<Record<BufferErrorCode, ErrorCode>> = {
  BUFFER_FULL: 'OVERLOADED',
  RECORD_TOO_LARGE: 'TOO_LARGE',
  BUFFER_CLOSED: 'SHUTTING_DOWN',
  BUFFER_IO: 'UNAVAILABLE',
  BUFFER_LOCKED: 'UNAVAILABLE',
  // Somebody may make the topic yet; a sender's data is no reason to lose it.
  UNKNOWN_TOPIC: 'UNAVAILABLE',
  // Of readers alone.
  POSITION_RESET: 'INTERNAL',
  BUFFER_MISUSE: 'INTERNAL',
};

/** What the sender is told when Kafka did not take its request. */
export function toSondeError(error: unknown): SondeError {
  if (error instanceof MalformedError) {
    return new SondeError('INVALID_DATA', error.message, { cause: error });
  }
  if (!(error instanceof BufferError)) return SondeError.from(error);
  const options = { cause: error };
  const isFull = error.code === 'BUFFER_FULL';
  return new SondeError(
    CODES[error.code],
    error.message,
    isFull ? { ...options, retryAfterMs: FULL_RETRY_AFTER_MS } : options,
  );
}
