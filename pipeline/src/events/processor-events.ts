import type { Attributes, Counter, Histogram } from '@opentelemetry/api';
import type { ComponentEventsOptions } from './receiver-events.ts';

/** How many items go into a processor and come out of it, and how long it works on a batch. */
export class ProcessorEvents {
  readonly #incoming: Counter;
  readonly #outgoing: Counter;
  readonly #duration: Histogram;
  readonly #labels: Attributes;
  #begunAtMs: number | undefined;

  constructor({ id, signal, telemetry }: Omit<ComponentEventsOptions, 'logger'>) {
    this.#labels = { processor: id, otel_signal: signal };
    this.#incoming = telemetry.counter('otelcol_processor_incoming_items', {
      unit: '{items}',
      description: 'Number of items passed to the processor.',
    });
    this.#outgoing = telemetry.counter('otelcol_processor_outgoing_items', {
      unit: '{items}',
      description: 'Number of items emitted from the processor.',
    });
    this.#duration = telemetry.histogram('otelcol_processor_internal_duration', {
      unit: 's',
      description: 'Duration of time taken to process a batch of telemetry data.',
      level: 'detailed',
    });
  }

  incoming(items: number): void {
    this.#incoming.add(items, this.#labels);
  }

  outgoing(items: number): void {
    this.#outgoing.add(items, this.#labels);
  }

  /** It works on a batch from now on, until it hands it on or lets go of the thread. */
  begun(): void {
    this.#begunAtMs = performance.now();
  }

  ended(): void {
    if (this.#begunAtMs === undefined) return;
    this.#duration.record((performance.now() - this.#begunAtMs) / 1000, this.#labels);
    this.#begunAtMs = undefined;
  }
}
