import { ClickHouseError } from '@clickhouse/client';

/** What went wrong when it was not ClickHouse that said so. */
export type StoreErrorKind =
  /** ClickHouse answered with an error: `clickhouseCode` says which. */
  | 'clickhouse'
  /** No answer: refused, reset, timed out. */
  | 'unreachable'
  /** The caller's signal aborted. */
  | 'aborted'
  /** A row is not what the caller's reader expects. A bug, or another schema version. */
  | 'unexpected_row';

/**
 * ClickHouse codes after which the same statement may succeed: too many statements, parts or bytes
 * for now, a replica or Keeper that is away, a server that stops.
 * Source: ClickHouse src/Common/ErrorCodes.cpp.
 */
const RETRYABLE_CODES: ReadonlySet<number> = new Set([
  159, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 265, 279, 285, 286, 289, 319, 364, 369,
  373, 394, 415, 416, 425, 439, 473, 517, 519, 574, 659, 677, 722, 745, 999,
]);

/**
 * Names of codes that callers match. The ClickHouse client takes the first word in brackets for the
 * name, and error texts may quote other words before it.
 */
const CODE_NAMES: Readonly<Record<number, string>> = {
  47: 'UNKNOWN_IDENTIFIER',
  60: 'UNKNOWN_TABLE',
  62: 'SYNTAX_ERROR',
  81: 'UNKNOWN_DATABASE',
  115: 'UNKNOWN_SETTING',
  159: 'TIMEOUT_EXCEEDED',
  164: 'READONLY',
  202: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  241: 'MEMORY_LIMIT_EXCEEDED',
  252: 'TOO_MANY_PARTS',
  394: 'QUERY_WAS_CANCELLED',
  497: 'ACCESS_DENIED',
  516: 'AUTHENTICATION_FAILED',
};

export interface StoreErrorOptions {
  readonly kind: StoreErrorKind;
  readonly code: string;
  readonly clickhouseCode?: number | undefined;
  readonly retryable: boolean;
  readonly cause?: unknown;
}

/** Every failure of the store client. Match `code` or `kind`, never the message. */
export class StoreError extends Error {
  readonly kind: StoreErrorKind;
  /** ClickHouse's name (`UNKNOWN_TABLE`), or `STORE_UNREACHABLE`, `STORE_ABORTED`, `STORE_UNEXPECTED_ROW`. */
  readonly code: string;
  /** ClickHouse's number (60), when it answered. */
  readonly clickhouseCode: number | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, options: StoreErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreError';
    this.kind = options.kind;
    this.code = options.code;
    this.clickhouseCode = options.clickhouseCode;
    this.retryable = options.retryable;
  }
}

function fromClickHouse(error: ClickHouseError): StoreError {
  const number = Number(error.code);
  return new StoreError(error.message.trim(), {
    kind: 'clickhouse',
    code: CODE_NAMES[number] ?? error.type ?? `CLICKHOUSE_${error.code}`,
    clickhouseCode: number,
    retryable: RETRYABLE_CODES.has(number),
    cause: error,
  });
}

/** Whatever the ClickHouse client threw, as a `StoreError`. */
export function toStoreError(error: unknown, signal: AbortSignal | undefined): StoreError {
  if (error instanceof StoreError) return error;
  if (signal?.aborted === true) {
    return new StoreError('the store call was aborted', {
      kind: 'aborted',
      code: 'STORE_ABORTED',
      retryable: false,
      cause: error,
    });
  }
  if (error instanceof ClickHouseError) return fromClickHouse(error);
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError(`the store does not answer: ${message}`, {
    kind: 'unreachable',
    code: 'STORE_UNREACHABLE',
    retryable: true,
    cause: error,
  });
}
