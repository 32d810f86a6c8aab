import type { QueryCost } from './error.ts';
import type { Attribute } from './traces.ts';

export interface LogRecord {
  /** Names the record for ever: `GET /logs/{id}`. */
  readonly id: string;
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly service: string;
  readonly namespace: string;
  readonly environment: string;
  readonly host: string;
  readonly instance: string;
  readonly severityNumber: number;
  readonly severityText: string;
  /** In lists at most its first 16 KiB: see `bodyBytes`. */
  readonly body: string;
  /** Of the whole body. */
  readonly bodyBytes: number;
  readonly eventName: string;
  /** Empty when the record has none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly scopeName: string;
  readonly attributes: readonly Attribute[];
  readonly resourceFingerprint: string;
  /** What `resourceKeys` asked for, as far as its resource has it. */
  readonly resource?: Readonly<Record<string, string>> | undefined;
}

/** `GET /logs`. */
export interface LogsResponse {
  /** Newest first. */
  readonly records: readonly LogRecord[];
  readonly nextCursor?: string;
  /** Every record of the range that is newer was looked at. */
  readonly scannedFromMs: number;
  readonly cost: QueryCost;
}

/** `GET /logs/histogram`: records a step by the values of a field. */
export interface LogHistogramResponse {
  readonly by: string;
  readonly fromMs: number;
  readonly stepMs: number;
  /** Levels worst first, other values by count; records without the field have the empty value. */
  readonly series: readonly {
    readonly value: string;
    /** Everything that has no line of its own. */
    readonly isRest: boolean;
    readonly total: number;
    readonly counts: readonly number[];
  }[];
  /** All that match, by sampling weight. */
  readonly total: number;
  /** Whether records stand for more than themselves. */
  readonly sampled: boolean;
  readonly cost: QueryCost;
}

export interface LogFacet {
  readonly field: string;
  /** Most frequent first; levels worst first. */
  readonly values: readonly { readonly value: string; readonly count: number }[];
}

/** `GET /logs/facets`. */
export interface LogFacetsResponse {
  readonly facets: readonly LogFacet[];
  readonly cost: QueryCost;
}

/** `GET /logs/values`: of one field. */
export interface LogValuesResponse extends LogFacet {
  readonly cost: QueryCost;
}

export interface LogFieldName {
  /** As the search language takes it. */
  readonly name: string;
  /** `field`: a property of every record; `body`: a key of bodies that are JSON. */
  readonly on: 'field' | 'log' | 'resource' | 'body';
  /** Estimate; 0 of fields. */
  readonly entries: number;
}

/** `GET /logs/fields`. */
export interface LogFieldsResponse {
  readonly fields: readonly LogFieldName[];
  readonly cost: QueryCost;
}

/** `GET /logs/{id}`. */
export interface LogRecordResponse {
  readonly record: LogRecord;
  /** Attributes of its resource. */
  readonly resource: readonly Attribute[];
  readonly cost: QueryCost;
}

/** `GET /logs/{id}/surroundings`. */
export interface LogSurroundingsResponse {
  /** Oldest first, next to the record last. */
  readonly before: readonly LogRecord[];
  readonly record: LogRecord;
  /** Oldest first. */
  readonly after: readonly LogRecord[];
  readonly cost: QueryCost;
}
