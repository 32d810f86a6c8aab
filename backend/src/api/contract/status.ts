import type { QueryCost } from './error.ts';
import type { DetachedPartsStatus } from './storage.ts';

/** One part of Sonde and how it is. */
export interface PartStatus {
  readonly name: string;
  readonly state: 'ok' | 'degraded' | 'down';
  /** One line for people: what is wrong and what to do, or what it does. */
  readonly detail: string;
}

export interface SignalStatus {
  readonly signal: 'traces' | 'metrics' | 'logs';
  /** Rows stored over the last five minutes, own telemetry apart. */
  readonly rowsLastFiveMinutes: number;
  readonly ownRowsLastFiveMinutes: number;
  readonly lastReceivedMs: number | null;
  readonly storedBytes: number;
  readonly storedRows: number;
}

/** Requests that the gateway answered with an error: their senders were told. */
export interface RefusalStatus {
  /** The receiver's id. */
  readonly receiver: string;
  readonly signal: string;
  readonly transport: string;
  /** As docs/errors.md has them. */
  readonly code: string;
  readonly lastFiveMinutes: number;
  /** Since the gateway started. */
  readonly sinceStart: number;
}

/** Requests that no pipeline could take, of one kind. */
export interface DeadLetterStatus {
  /** Where they lie: in Kafka's topic, or a gateway's embedded log. */
  readonly buffer: 'embedded' | 'kafka';
  /** As docs/errors.md has them. */
  readonly code: string;
  readonly signal: string;
  readonly tenant: string;
  /** Of the first of them, in words; those whose reasons differ in numbers alone are one kind. */
  readonly reason: string;
  readonly count: number;
}

/** Who sent in the last hour, by resource. */
export interface SenderStatus {
  readonly service: string;
  readonly namespace: string;
  readonly instance: string;
  readonly host: string;
  /** By Sonde's clock, to the minute. */
  readonly lastReceivedMs: number;
  /**
   * The least time from the newest event of a batch, by the sender's clock, to its receipt; null
   * when the sender gives no times. Delay and clock together: negative when that clock is ahead at
   * least so much, and when it is large the clock is behind or the data late.
   */
  readonly receiptLagMs: number | null;
}

export interface SendersResponse {
  /** At most 200, the clocks that are furthest off first. */
  readonly senders: readonly SenderStatus[];
  readonly senderTotal: number;
  readonly cost: QueryCost;
}

export interface StatusResponse {
  readonly version: string;
  readonly startedMs: number;
  /** Where telemetry goes: copyable. */
  readonly endpoints: {
    readonly otlpGrpc: string;
    readonly otlpHttp: string;
    readonly clickhouse: string;
    readonly page: string;
  };
  readonly parts: readonly PartStatus[];
  readonly signals: readonly SignalStatus[];
  /** By receiver, signal, transport and code, what is refused now first. */
  readonly refusals: readonly RefusalStatus[];
  /** Requests that lie in the dead letters and were not put back. */
  readonly deadLetters: number;
  /** The same by kind, at most 200, most first. */
  readonly deadLetterKinds: readonly DeadLetterStatus[];
  /** What the store lost, as seen within the last minute: `detached` of `GET /storage`. */
  readonly detached: readonly DetachedPartsStatus[];
  /** Records in the buffer that are not in the store yet. */
  readonly bufferLag: number;
  readonly telemetryOfOthersSeen: boolean;
}
