import { SondeError } from '@sonde/pipeline';

/** What a failed insert tells: ClickHouse's error number, where it got as far as to answer. */
export interface StoreFailure {
  readonly clickHouseCode: number | undefined;
  readonly message: string;
  readonly cause: unknown;
}

/** The rows themselves are refused: the same block fails again. */
const DATA_CODES: ReadonlyMap<number, string> = new Map([
  [6, 'CANNOT_PARSE_TEXT'],
  [9, 'SIZES_OF_COLUMNS_DOESNT_MATCH'],
  [27, 'CANNOT_PARSE_INPUT_ASSERTION_FAILED'],
  [33, 'CANNOT_READ_ALL_DATA'],
  [38, 'CANNOT_PARSE_DATE'],
  [41, 'CANNOT_PARSE_DATETIME'],
  [53, 'TYPE_MISMATCH'],
  [69, 'ARGUMENT_OUT_OF_BOUND'],
  [70, 'CANNOT_CONVERT_TYPE'],
  [72, 'CANNOT_PARSE_NUMBER'],
  [117, 'INCORRECT_DATA'],
  [128, 'TOO_LARGE_ARRAY_SIZE'],
  [131, 'TOO_LARGE_STRING_SIZE'],
  [190, 'SIZES_OF_ARRAYS_DONT_MATCH'],
  [246, 'CORRUPTED_DATA'],
]);

/** The store is there and has too much to do. */
const OVERLOAD_CODES: ReadonlyMap<number, string> = new Map([
  [202, 'TOO_MANY_SIMULTANEOUS_QUERIES'],
  [252, 'TOO_MANY_PARTS'],
]);

/** Merging parts takes seconds; asking again sooner only adds to the load. */
const OVERLOAD_RETRY_AFTER_MS = 5000;

/**
 * The error that crosses the exporter's boundary. Data errors are permanent, everything else (the
 * network, memory, a missing table, a code nobody foresaw) is retryable: rows wait in the buffer
 * rather than be lost.
 */
export function toSondeError(failure: StoreFailure): SondeError {
  const { clickHouseCode: code, message, cause } = failure;
  if (code !== undefined && DATA_CODES.has(code)) {
    return new SondeError('INVALID_DATA', `the store refuses the rows: ${message}`, { cause });
  }
  if (code !== undefined && OVERLOAD_CODES.has(code)) {
    return new SondeError('OVERLOADED', `the store is overloaded: ${message}`, {
      cause,
      retryAfterMs: OVERLOAD_RETRY_AFTER_MS,
    });
  }
  return new SondeError('UNAVAILABLE', `the store did not take the rows: ${message}`, { cause });
}
