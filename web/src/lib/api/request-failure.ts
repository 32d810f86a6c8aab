/** Why a request brought no data, in words for people. Match `code`, never the message. */
export class RequestFailure extends Error {
  readonly code: string;
  readonly hint: string;
  /** True when the API itself did not answer. */
  readonly away: boolean;

  constructor(options: { code: string; message: string; hint?: string; away?: boolean }) {
    super(options.message);
    this.name = 'RequestFailure';
    this.code = options.code;
    this.hint = options.hint ?? '';
    this.away = options.away ?? false;
  }
}

/** Anything thrown as a `RequestFailure`. */
export function toRequestFailure(cause: unknown): RequestFailure {
  if (cause instanceof RequestFailure) return cause;
  return new RequestFailure({
    code: 'PAGE_ERROR',
    message: cause instanceof Error ? cause.message : String(cause),
    hint: 'This is a fault of the page. Reload it; if it stays, report it with this text.',
  });
}

export function isAbort(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === 'AbortError';
}
