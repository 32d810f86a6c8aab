import type { Attributes, Counter, Observable, ObservableCallback } from '@opentelemetry/api';
import type { SondeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { ExporterEvents } from './exporter-events.ts';
import type { ComponentEventsOptions } from './receiver-events.ts';

/** What happens in front of an exporter that queues and retries. */
export class SendingEvents extends ExporterEvents {
  readonly #enqueueFailed: Counter;
  readonly #size: Observable;
  readonly #capacity: Observable;
  readonly #labels: Attributes;
  readonly #queueLabels: Attributes;
  readonly #logger: Logger;

  constructor(options: ComponentEventsOptions) {
    super(options);
    const { id, signal, telemetry, logger } = options;
    this.#labels = { exporter: id };
    this.#queueLabels = { exporter: id, data_type: signal };
    this.#logger = logger;
    this.#enqueueFailed = telemetry.itemCounter(
      'otelcol_exporter_enqueue_failed',
      signal,
      'Number of items failed to be added to the sending queue.',
    );
    this.#size = telemetry.gauge('otelcol_exporter_queue_size', {
      unit: '{batches}',
      description: 'Current size of the sending queue, in units of its sizer.',
    });
    this.#capacity = telemetry.gauge('otelcol_exporter_queue_capacity', {
      unit: '{batches}',
      description: 'Fixed capacity of the sending queue, in units of its sizer.',
    });
  }

  /** The sender is told, and keeps or drops the items according to the code. */
  enqueueFailed(items: number, error: SondeError): void {
    this.#enqueueFailed.add(items, this.#labels);
    this.#logger.warn('Exporting failed. Rejecting data.', {
      code: error.code,
      error: error.message,
      rejected_items: items,
    });
  }

  willRetry(error: SondeError, delayMs: number): void {
    this.#logger.info('Exporting failed. Will retry the request after interval.', {
      code: error.code,
      error: error.message,
      interval: `${(delayMs / 1000).toFixed(3)}s`,
    });
  }

  /** Shows the queue from now on; what is returned ends that. */
  observeQueue(queue: { readonly size: number; readonly capacity: number }): () => void {
    const pairs: readonly [Observable, ObservableCallback][] = [
      [this.#size, (result) => result.observe(queue.size, this.#queueLabels)],
      [this.#capacity, (result) => result.observe(queue.capacity, this.#queueLabels)],
    ];
    for (const [instrument, callback] of pairs) instrument.addCallback(callback);
    return () => {
      for (const [instrument, callback] of pairs) instrument.removeCallback(callback);
    };
  }
}
