import { CODES } from './engine-error.ts';

const FORBIDDEN = [192, 193, CODES.readonly, CODES.accessDenied, CODES.authenticationFailed];
const BAD_REQUEST = [
  6,
  26,
  27,
  CODES.badParameter,
  38,
  41,
  42,
  43,
  46,
  53,
  CODES.syntaxError,
  69,
  70,
  72,
  117,
  131,
  158,
  167,
  168,
  169,
  321,
  427,
  456,
  457,
  CODES.cannotDecompress,
  CODES.unknownCompression,
  CODES.invalidSessionTimeout,
];
const NOT_FOUND = [
  47,
  50,
  56,
  60,
  63,
  CODES.unknownFormat,
  81,
  CODES.unknownSetting,
  152,
  336,
  CODES.sessionNotFound,
];

const STATUSES: ReadonlyMap<number, number> = new Map<number, number>([
  [194, 401],
  ...FORBIDDEN.map((code) => [code, 403] as const),
  ...BAD_REQUEST.map((code) => [code, 400] as const),
  ...NOT_FOUND.map((code) => [code, 404] as const),
  [CODES.timeout, 408],
  [CODES.sessionLocked, 423],
  [CODES.queryTooLarge, 413],
  [CODES.notImplemented, 501],
  [CODES.tooManyStatements, 503],
  [CODES.socketTimeout, 503],
  [CODES.aborted, 503],
]);

/** HTTP status for a ClickHouse error code, as its server chooses it (HTTPHandler.cpp); else 500. */
export function httpStatus(code: number): number {
  return STATUSES.get(code) ?? 500;
}
