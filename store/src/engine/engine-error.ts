/** Codes of ClickHouse's own list (src/Common/ErrorCodes.cpp) that this door raises or tells apart. */
export const CODES = {
  notImplemented: 48,
  syntaxError: 62,
  unknownFormat: 73,
  unknownCompression: 89,
  unknownSetting: 115,
  timeout: 159,
  readonly: 164,
  queryTooLarge: 229,
  tooManyStatements: 202,
  socketTimeout: 209,
  sessionNotFound: 372,
  sessionLocked: 373,
  invalidSessionTimeout: 374,
  cancelled: 394,
  aborted: 236,
  cannotDecompress: 271,
  badParameter: 36,
  authenticationFailed: 516,
  accessDenied: 497,
  unknownException: 1002,
} as const;

const NAMES: Readonly<Record<number, string>> = {
  [CODES.notImplemented]: 'NOT_IMPLEMENTED',
  [CODES.syntaxError]: 'SYNTAX_ERROR',
  [CODES.unknownFormat]: 'UNKNOWN_FORMAT',
  [CODES.unknownCompression]: 'UNKNOWN_COMPRESSION_METHOD',
  [CODES.unknownSetting]: 'UNKNOWN_SETTING',
  [CODES.timeout]: 'TIMEOUT_EXCEEDED',
  [CODES.readonly]: 'READONLY',
  [CODES.queryTooLarge]: 'QUERY_IS_TOO_LARGE',
  [CODES.tooManyStatements]: 'TOO_MANY_SIMULTANEOUS_QUERIES',
  [CODES.socketTimeout]: 'SOCKET_TIMEOUT',
  [CODES.sessionNotFound]: 'SESSION_NOT_FOUND',
  [CODES.sessionLocked]: 'SESSION_IS_LOCKED',
  [CODES.invalidSessionTimeout]: 'INVALID_SESSION_TIMEOUT',
  [CODES.cancelled]: 'QUERY_WAS_CANCELLED',
  [CODES.aborted]: 'ABORTED',
  [CODES.cannotDecompress]: 'CANNOT_DECOMPRESS',
  [CODES.badParameter]: 'BAD_ARGUMENTS',
  [CODES.authenticationFailed]: 'AUTHENTICATION_FAILED',
  [CODES.accessDenied]: 'ACCESS_DENIED',
  [CODES.unknownException]: 'UNKNOWN_EXCEPTION',
};

const ENGINE_TEXT = /^Code: (\d+)\. DB::Exception: /;

/**
 * A failure in ClickHouse's words. `text` is what goes over the wire, as a ClickHouse server writes
 * it: `Code: N. DB::Exception: why. (NAME)`.
 */
export class EngineError extends Error {
  readonly code: number;
  readonly text: string;

  constructor(code: number, text: string, cause?: unknown) {
    super(text, cause === undefined ? undefined : { cause });
    this.name = 'EngineError';
    this.code = code;
    this.text = text;
  }

  /** What libchdb said, whole: it already has ClickHouse's form, or none at all. */
  static fromEngine(error: unknown): EngineError {
    if (error instanceof EngineError) return error;
    const text = error instanceof Error ? error.message : String(error);
    const match = ENGINE_TEXT.exec(text);
    if (match === null) return engineError(CODES.unknownException, text, error);
    return new EngineError(Number(match[1]), text, error);
  }
}

/** An error of the door itself, worded as ClickHouse words its own. */
export function engineError(code: number, why: string, cause?: unknown): EngineError {
  const name = NAMES[code] ?? 'UNKNOWN_EXCEPTION';
  return new EngineError(code, `Code: ${code}. DB::Exception: ${why}. (${name})`, cause);
}
