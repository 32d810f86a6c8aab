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
  readonly #settings: CreateSettings;
  readonly #next: Consumer;
  readonly #checker: MemoryChecker;
  readonly #retryAfterMs: number;
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
    this.#checker = parts.checker;
    this.#retryAfterMs = parts.retryAfterMs;
    const telemetry = settings.telemetry ?? new OwnTelemetry();
    this.#refused = telemetry.counter('otelcol_processor_memory_limiter_refused_items', {
      unit: '{items}',
      description: 'Number of items refused due to high memory usage.',
    });
  }

  async start(): Promise<void> {
    if (!this.#isStopped) this.#checker.start(this);
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#checker.isRefusing) {
      const { id: processor, signal } = this.#settings;
      this.#refused.add(telemetry.itemCount, { processor, otel_signal: signal });
      throw new SondeError('OVERLOADED', 'data refused due to high memory usage', {
        retryAfterMs: this.#retryAfterMs,
      });
    }
    await this.#next.consume(telemetry);
  }

  async shutdown(): Promise<void> {
    this.#isStopped = true;
    this.#checker.end(this);
  }
}
