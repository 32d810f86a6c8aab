/**
 * Every failure that crosses a component boundary has one of these codes. Callers match the code,
 * never the message. `retryable` says whether the same data may succeed later; the table of what a
 * sender sees for each code is `docs/errors.md`.
 */
export type ErrorCode =
  /** The bytes are not OTLP, or break a limit of the format. Permanent. */
  | 'INVALID_DATA'
  /** A body, message or header is larger than its named limit. Permanent. */
  | 'TOO_LARGE'
  /** No or wrong credentials. Permanent for these credentials. */
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  /** The signal, method or encoding is not served here. Permanent. */
  | 'UNIMPLEMENTED'
  /**
   * Something behind is full: buffer, queue, memory. Retryable, with a delay where one is known.
   */
  | 'OVERLOADED'
  /** Something behind is away for now: store, broker, network. Retryable. */
  | 'UNAVAILABLE'
  /** The deadline of the caller passed. Retryable. */
  | 'DEADLINE_EXCEEDED'
  /** The component is stopping. Retryable elsewhere. */
  | 'SHUTTING_DOWN'
  /** A bug or an answer nobody expected. Permanent: retrying the same data would loop. */
  | 'INTERNAL';

/** Every code, in the order of `docs/errors.md`. */
export const ERROR_CODES: readonly ErrorCode[] = [
  'INVALID_DATA',
  'TOO_LARGE',
  'UNAUTHENTICATED',
  'PERMISSION_DENIED',
  'UNIMPLEMENTED',
  'OVERLOADED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
  'INTERNAL',
];

const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'OVERLOADED',
  'UNAVAILABLE',
  'DEADLINE_EXCEEDED',
  'SHUTTING_DOWN',
]);

export interface SondeErrorOptions {
  readonly cause?: unknown;
  /**
   * When a retry makes sense, if that is known. Milliseconds from now. Kept for retryable codes only:
   * beside a permanent one, senders would take it for an invitation.
   */
  readonly retryAfterMs?: number;
}

/**
 * The only error that crosses component boundaries; anything else thrown there counts as
 * `INTERNAL`.
 */
export class SondeError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: SondeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SondeError';
    this.code = code;
    this.retryable = RETRYABLE.has(code);
    this.retryAfterMs = this.retryable ? options.retryAfterMs : undefined;
  }

  /** `error` itself when it is one, else an `INTERNAL` with it as the cause. */
  static from(error: unknown): SondeError {
    if (error instanceof SondeError) return error;
    const message = error instanceof Error ? error.message : String(error);
    return new SondeError('INTERNAL', message, { cause: error });
  }
}
