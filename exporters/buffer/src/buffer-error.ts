import { BufferError, type BufferErrorCode } from '@sonde/buffer';
import { type ErrorCode, SondeError } from '@sonde/pipeline';

/** Room comes back when readers catch up, not at once. */
const FULL_RETRY_AFTER_MS = 5000;

const CODES: Readonly<Record<BufferErrorCode, ErrorCode>> = {
  BUFFER_FULL: 'OVERLOADED',
  RECORD_TOO_LARGE: 'TOO_LARGE',
  BUFFER_CLOSED: 'SHUTTING_DOWN',
  BUFFER_IO: 'UNAVAILABLE',
  BUFFER_LOCKED: 'UNAVAILABLE',
  UNKNOWN_TOPIC: 'INTERNAL',
  // Of readers alone.
  POSITION_RESET: 'INTERNAL',
  BUFFER_MISUSE: 'INTERNAL',
};

/** What the sender is told when the buffer did not take its request. */
export function toSondeError(error: unknown): SondeError {
  if (!(error instanceof BufferError)) return SondeError.from(error);
  const options = { cause: error };
  if (error.code !== 'BUFFER_FULL')
    return new SondeError(CODES[error.code], error.message, options);
  const retryAfterMs = FULL_RETRY_AFTER_MS;
  return new SondeError('OVERLOADED', `the buffer is full: ${error.message}`, {
    ...options,
    retryAfterMs,
  });
}
