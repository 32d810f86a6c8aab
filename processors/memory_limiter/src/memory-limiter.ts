import {
  type Consumer,
  type ConsumingComponent,
  type CreateSettings,
  OwnTelemetry,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import type { MemoryChecker } from './memory-checker.ts';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** Refuses data while memory is above the soft limit: the hard one less a spike. */
export class MemoryLimiter implements ConsumingComponent {
  readonly givesBack: boolean;
  readonly #settings: CreateSettings;
  readonly #next: Consumer;
  readonly #checker: MemoryChecker;
  readonly #retryAfterMs: number;
  readonly #accepted: Counter;
  readonly #refused: Counter;
  #isStopped = false;

  constructor(
    settings: CreateSettings,
    parts: {
      readonly next: Consumer;
      readonly checker: MemoryChecker;
      /** Until memory is looked at again. */
      readonly retryAfterMs: number;
    },
  ) {
    this.#settings = settings;
    this.#next = parts.next;
    this.givesBack = parts.next.givesBack === true;
    this.#checker = parts.checker;
    this.#retryAfterMs = parts.retryAfterMs;
    const telemetry = settings.telemetry ?? new OwnTelemetry();
    const { signal } = settings;
    this.#accepted = telemetry.itemCounter(
      'otelcol_processor_memory_limiter_accepted',
      signal,
      'Number of items handed to the next component in the pipeline.',
    );
    this.#refused = telemetry.itemCounter(
      'otelcol_processor_memory_limiter_refused',
      signal,
      'Number of items refused due to high memory usage.',
    );
  }

  async start(): Promise<void> {
    if (!this.#isStopped) this.#checker.start(this);
  }

  async consume(telemetry: Telemetry): Promise<void> {
    const labels = { processor: this.#settings.id };
    if (this.#checker.isRefusing) {
      this.#refused.add(telemetry.itemCount, labels);
      throw new SondeError('OVERLOADED', 'data refused due to high memory usage', {
        retryAfterMs: this.#retryAfterMs,
      });
    }
    this.#accepted.add(telemetry.itemCount, labels);
    await this.#next.consume(telemetry);
  }

  async shutdown(): Promise<void> {
    this.#isStopped = true;
    this.#checker.end(this);
  }
}
