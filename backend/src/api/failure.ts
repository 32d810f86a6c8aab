import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { ApiError } from './contract/index.ts';

/** Stable names of what can go wrong, with the HTTP status each is answered with. */
const STATUS_BY_CODE = {
  BAD_REQUEST: 400,
  BAD_CURSOR: 400,
  HOST_NOT_ALLOWED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  VERSION_CONFLICT: 409,
  TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  QUERY_LIMIT: 422,
  CLIENT_GONE: 499,
  INTERNAL: 500,
  STORE_UNAVAILABLE: 503,
  QUERY_TIMEOUT: 504,
} as const;

export type ApiErrorCode = keyof typeof STATUS_BY_CODE;

export interface ApiFailureOptions {
  /** What to do about it, for people. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** An answer that is not 2xx; thrown by handlers, written by `failureResponse`. */
export class ApiFailure extends Error {
  readonly code: ApiErrorCode;
  readonly hint: string | undefined;

  constructor(code: ApiErrorCode, message: string, options: ApiFailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ApiFailure';
    this.code = code;
    this.hint = options.hint;
  }

  /** 499 is nginx's "client closed request": written to logs and spans, read by nobody. */
  get status(): ContentfulStatusCode | 499 {
    return STATUS_BY_CODE[this.code];
  }

  get body(): ApiError {
    const error = { code: this.code, message: this.message };
    return { error: this.hint === undefined ? error : { ...error, hint: this.hint } };
  }
}
