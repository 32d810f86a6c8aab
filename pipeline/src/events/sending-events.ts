import type {
  Attributes,
  Counter,
  Histogram,
  Observable,
  ObservableCallback,
} from '@opentelemetry/api';
import type { SondeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { Telemetry } from '../telemetry.ts';
import { ExporterEvents } from './exporter-events.ts';
import type { OwnTelemetry } from './own-telemetry.ts';
import type { ComponentEventsOptions } from './receiver-events.ts';
import { BYTE_BUCKETS, ITEM_BUCKETS } from './size-buckets.ts';

/** What happens in front of an exporter that queues and retries. */
export class SendingEvents extends ExporterEvents {
  readonly #enqueueFailed: Counter;
  readonly #unreadable: Counter;
  readonly #notForgotten: Counter;
  readonly #size: Observable;
  readonly #capacity: Observable;
  readonly #enqueued: Sizes;
  readonly #batched: Sizes;
  readonly #labels: Attributes;
  readonly #destinationLabels: Attributes;
  readonly #queueLabels: Attributes;
  readonly #logger: Logger;

  constructor(options: ComponentEventsOptions, destination: Attributes = {}) {
    super(options, destination);
    const { id, signal, telemetry, logger } = options;
    this.#labels = { exporter: id };
    this.#destinationLabels = { exporter: id, ...destination };
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
    this.#enqueued = sizes(telemetry, 'otelcol_exporter_enqueue_size', 'put into the queue');
    this.#batched = sizes(telemetry, 'otelcol_exporter_queue_batch_send_size', 'that is sent');
    this.#size = telemetry.gauge('otelcol_exporter_queue_size', {
      unit: '{batches}',
      description: 'Current size of the sending queue, in units of its sizer.',
    });
    this.#capacity = telemetry.gauge('otelcol_exporter_queue_capacity', {
      unit: '{batches}',
      description: 'Fixed capacity of the sending queue, in units of its sizer.',
    });
  }

  /** The queue has it. */
  enqueued(telemetry: Telemetry): void {
    this.#enqueued.items.record(telemetry.itemCount, this.#labels);
    this.#enqueued.bytes.record(telemetry.byteCount, this.#labels);
  }

  /** A queue that makes batches has made one. */
  batched(telemetry: Telemetry): void {
    this.#batched.items.record(telemetry.itemCount, this.#destinationLabels);
    this.#batched.bytes.record(telemetry.byteCount, this.#destinationLabels);
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

interface Sizes {
  readonly items: Histogram;
  readonly bytes: Histogram;
}

/** As the Collector's, at the level `detailed` alone. */
function sizes(telemetry: OwnTelemetry, name: string, what: string): Sizes {
  const level = 'detailed';
  return {
    items: telemetry.histogram(name, {
      unit: '{units}',
      description: `Number of items in a request ${what}.`,
      buckets: ITEM_BUCKETS,
      level,
    }),
    bytes: telemetry.histogram(`${name}_bytes`, {
      unit: 'By',
      description: `Number of bytes in a request ${what}.`,
      buckets: BYTE_BUCKETS,
      level,
    }),
  };
}
