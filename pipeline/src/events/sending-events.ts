import type { Attributes, Counter, Observable, ObservableCallback } from '@opentelemetry/api';
import type { SondeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { ExporterEvents } from './exporter-events.ts';
import type { ComponentEventsOptions } from './receiver-events.ts';

/** What happens in front of an exporter that queues and retries. */
export class SendingEvents extends ExporterEvents {
  readonly #enqueueFailed: Counter;
  readonly #unreadable: Counter;
  readonly #notForgotten: Counter;
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
    this.#unreadable = telemetry.counter('sonde_exporter_queue_unreadable', {
      unit: '{entries}',
      description: 'Entries of the persistent sending queue that could not be read.',
    });
    this.#notForgotten = telemetry.counter('sonde_exporter_queue_delete_failed', {
      unit: '{deletions}',
      description: 'Deletions of what was sent that the storage of the sending queue refused.',
    });
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

  /** A persistent queue has taken up what earlier runs left in it. */
  restored(requests: number): void {
    this.#logger.info('Persistent queue restored', { requests });
  }

  /** Shutdown came first; the storage has the items, and they are sent after the next start. */
  kept(items: number): void {
    this.#logger.info('Not sent before shutdown, kept in the persistent queue', { items });
  }

  /** The storage gives back no data where an entry was. */
  lostInStorage(items: number, { message: error }: Error): void {
    this.#unreadable.add(1, this.#labels);
    if (items > 0) this.partlyRejected(items);
    this.#logger.error('An entry of the persistent queue cannot be read. Dropping it.', {
      error,
      dropped_items: items,
    });
  }

  /** It was sent and is still in the storage: it is deleted later, or sent again after a restart. */
  notForgotten(error: SondeError): void {
    this.#notForgotten.add(1, this.#labels);
    this.#logger.warn('Error deleting item from queue', { code: error.code, error: error.message });
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
