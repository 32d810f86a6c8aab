import type { QueryCost } from './error.ts';
import type { Attribute } from './traces.ts';

export interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly service: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: string;
  readonly eventName: string;
  /** Empty when the record has none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly scopeName: string;
  readonly attributes: readonly Attribute[];
  readonly resourceFingerprint: string;
}

export interface LogsResponse {
  /** Newest first. */
  readonly records: readonly LogRecord[];
  readonly nextCursor?: string;
  /**
   * Records a step by severity class, for the histogram above the list. The lines are empty on pages
   * after the first: they would be the same.
   */
  readonly histogram: {
    readonly stepMs: number;
    readonly fromMs: number;
    readonly error: readonly number[];
    readonly warn: readonly number[];
    readonly other: readonly number[];
  };
  readonly cost: QueryCost;
}
