import { type Counter, metrics } from '@opentelemetry/api';
import {
  Backoff,
  type Consumer,
  type Logger,
  type RetryConfig,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { pause } from './pause.ts';
import { WarningGate } from './warning-gate.ts';

/** Without `retry_on_failure` nothing gives up: what was read waits until it is taken. */
export const PATIENT_RETRY: RetryConfig = {
  initialIntervalMs: 1000,
  randomizationFactor: 0.5,
  multiplier: 1.5,
  maxIntervalMs: 30_000,
  maxElapsedTimeMs: 0,
};

export interface LogDeliveryOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly next: Consumer;
  /** Undefined: `PATIENT_RETRY`. */
  readonly retry: RetryConfig | undefined;
}

/** `stopped`: nobody took it and nothing was dropped; the source still has it. */
export type Delivered = 'taken' | 'dropped' | 'stopped';

/**
 * Hands batches to the pipeline. What it gives back is offered again, later each time, and its
 * reader waits as long; what it refuses for good, or longer than `max_elapsed_time`, is dropped and
 * counted.
 */
export class LogDelivery {
  readonly #options: LogDeliveryOptions;
  readonly #warnings: WarningGate;
  readonly #dropped: Counter;

  constructor(options: LogDeliveryOptions) {
    this.#options = options;
    this.#warnings = new WarningGate(options.logger);
    this.#dropped = metrics.getMeter('sonde/logs').createCounter('sonde_receiver_dropped_records', {
      unit: '{log_records}',
      description: 'Log records that a receiver read and that no pipeline took.',
    });
  }

  /** Never rejects. An abort of `stop` ends the waiting, not an attempt. */
  async deliver(telemetry: Telemetry, stop: AbortSignal): Promise<Delivered> {
    const retry = this.#options.retry ?? PATIENT_RETRY;
    const backoff = new Backoff(retry);
    const startedMs = performance.now();
    for (;;) {
      const error = await this.#attempt(telemetry);
      if (error === undefined) return 'taken';
      if (!error.retryable) return this.#drop(telemetry, error, 'refused');
      const delayMs = backoff.next(error.retryAfterMs);
      const elapsedMs = performance.now() - startedMs + delayMs;
      if (retry.maxElapsedTimeMs > 0 && elapsedMs > retry.maxElapsedTimeMs) {
        return this.#drop(telemetry, error, 'max_elapsed_time');
      }
      this.#warnings.warn('The pipeline takes no logs for now: waiting.', {
        code: error.code,
        error: error.message,
        records: telemetry.itemCount,
      });
      if (!(await pause(delayMs, stop))) return 'stopped';
    }
  }

  /** Counts records that never came to the pipeline. */
  countDropped(records: number, reason: string): void {
    this.#dropped.add(records, { receiver: this.#options.id, reason });
  }

  async #attempt(telemetry: Telemetry): Promise<SondeError | undefined> {
    try {
      await this.#options.next.consume(telemetry);
      return undefined;
    } catch (error) {
      return SondeError.from(error);
    }
  }

  #drop(telemetry: Telemetry, error: SondeError, reason: string): Delivered {
    const { itemCount } = telemetry;
    this.countDropped(itemCount, reason);
    this.#options.logger.error('ConsumeLogs() failed', {
      code: error.code,
      error: error.message,
      records: itemCount,
      reason,
    });
    return 'dropped';
  }
}
