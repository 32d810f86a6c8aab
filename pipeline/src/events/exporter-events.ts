import type { Attributes, Counter } from '@opentelemetry/api';
import type { SondeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ComponentEventsOptions } from './receiver-events.ts';

/** What happens to the items that are handed to an exporter. */
export class ExporterEvents {
  readonly #sent: Counter;
  readonly #sendFailed: Counter;
  readonly #labels: Attributes;
  readonly #logger: Logger;

  constructor({ id, signal, telemetry, logger }: ComponentEventsOptions) {
    this.#labels = { exporter: id };
    this.#logger = logger;
    this.#sent = telemetry.itemCounter(
      'otelcol_exporter_sent',
      signal,
      'Number of items successfully sent to destination.',
    );
    this.#sendFailed = telemetry.itemCounter(
      'otelcol_exporter_send_failed',
      signal,
      'Number of items in failed attempts to send to destination.',
    );
  }

  sent(items: number): void {
    this.#sent.add(items, this.#labels);
  }

  /** Retryable data goes back to whoever sent it; permanent failures end here. */
  sendFailed(items: number, error: SondeError): void {
    if (!error.retryable) {
      this.dropped(items, error);
      return;
    }
    this.#sendFailed.add(items, this.#labels);
    this.#logger.warn('Exporting failed. Rejecting data.', {
      code: error.code,
      error: error.message,
      rejected_items: items,
    });
  }

  /** Nobody has the items any more: they were acknowledged, or nobody will ever take them. */
  dropped(items: number, error: SondeError): void {
    this.#sendFailed.add(items, this.#labels);
    this.#logger.error('Exporting failed. Dropping data.', {
      code: error.code,
      error: error.message,
      dropped_items: items,
    });
  }

  /** The destination took a request and refused some of its items for good. */
  partlyRejected(items: number): void {
    this.#sendFailed.add(items, this.#labels);
  }
}
