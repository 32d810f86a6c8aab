import type { Attributes, Counter } from '@opentelemetry/api';
import type { ComponentEventsOptions } from './receiver-events.ts';

/** How many items go into a processor and come out of it. */
export class ProcessorEvents {
  readonly #incoming: Counter;
  readonly #outgoing: Counter;
  readonly #labels: Attributes;

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
  }

  incoming(items: number): void {
    this.#incoming.add(items, this.#labels);
  }

  outgoing(items: number): void {
    this.#outgoing.add(items, this.#labels);
  }
}
