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
    this.#sendFailed.add(items, this.#labels);
    const fields = { code: error.code, error: error.message };
    if (error.retryable) {
      this.#logger.warn('Exporting failed. Rejecting data.', { ...fields, rejected_items: items });
    } else {
      this.#logger.error('Exporting failed. Dropping data.', { ...fields, dropped_items: items });
    }
  }
}
