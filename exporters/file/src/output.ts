import type { EncodedRequest, Signal } from '@sonde/proto';

/** Where telemetry goes to: one file, or one of many. */
export interface Output {
  /**
   * Resolves when the files have it. Rejects with a `SondeError`, or a `MalformedError` where a
   * request is no OTLP.
   */
  put(signal: Signal, requests: readonly EncodedRequest[]): Promise<void>;
  /** When `deadline` aborts, what is left is handed back. */
  close(deadline: AbortSignal): Promise<void>;
}
