import type { Host } from '../component.ts';
import type { Telemetry } from '../telemetry.ts';

/** One try to send. */
export interface Attempt {
  /** Aborts when its time is over or the exporter gives up; what is under way is to be cut. */
  readonly signal: AbortSignal;
  /** When its time is over; undefined for never. Milliseconds since the epoch. */
  readonly deadlineUnixMs: number | undefined;
}

export interface SendResult {
  /** Items that the destination refused for good while it took the rest. */
  readonly rejectedItems: number;
}

/** Where an exporter sends to. */
export interface Destination {
  /** The Collector's labels of what is sent there: `server.address`, `server.port`, `url.path`. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Reads files, finds authenticators. A connection is made when the first data is sent. */
  start(host: Host): Promise<void>;
  /**
   * Sends the whole batch once. Resolves when the destination has it. Rejects with a `SondeError`,
   * `retryable` where the same bytes may succeed later, with the delay the destination asked for.
   * Called several times at once.
   */
  push(telemetry: Telemetry, attempt: Attempt): Promise<SendResult>;
  /** Closes connections. Called once, when no push is under way. */
  close(): Promise<void>;
}
