import { MalformedError } from '@sonde/proto';

/**
 * The bytes are not of the format that their sender names. Permanent, as every `MalformedError`;
 * `offset` is 0 where there is none to tell (JSON).
 */
export class MalformedFormatError extends MalformedError {
  constructor(format: string, reason: string, offset = 0) {
    super(offset, reason);
    this.name = 'MalformedFormatError';
    const place = offset === 0 ? '' : ` at byte ${offset}`;
    this.message = `malformed ${format}${place}: ${reason}`;
  }
}

/** Runs `read`; what it finds malformed is said of `format`, not of OTLP. */
export function readingFormat<T>(format: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof MalformedError) || error instanceof MalformedFormatError) throw error;
    const reason = error.message.replace(/^malformed OTLP at byte \d+: /, '');
    throw new MalformedFormatError(format, reason, error.offset);
  }
}
