import type { Attributes, Counter, UpDownCounter } from '@opentelemetry/api';
import type { SondeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { ComponentEventsOptions } from './receiver-events.ts';

/** What happens to the items that are handed to an exporter. */
export class ExporterEvents {
  readonly #sent: Counter;
  readonly #sendFailed: Counter;
  readonly #inFlight: UpDownCounter;
  readonly #labels: Attributes;
  readonly #inFlightLabels: Attributes;
  readonly #logger: Logger;

  /** `destination`: more labels of what was sent there, or was not. */
  constructor(
    { id, signal, telemetry, logger }: ComponentEventsOptions,
    destination: Attributes = {},
  ) {
    this.#labels = { exporter: id, ...destination };
    this.#inFlightLabels = { exporter: id, data_type: signal };
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
    this.#inFlight = telemetry.upDownCounter('otelcol_exporter_in_flight_requests', {
      unit: '{requests}',
      description: 'Number of export requests in flight, those that wait for a retry included.',
    });
    this.#inFlight.add(0, this.#inFlightLabels);
  }

  /** A request is on its way; what is returned says that it is no more. */
  begun(): () => void {
    this.#inFlight.add(1, this.#inFlightLabels);
    return () => this.#inFlight.add(-1, this.#inFlightLabels);
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
    this.#failed(items);
    this.#logger.warn('Exporting failed. Rejecting data.', {
      code: error.code,
      error: error.message,
      rejected_items: items,
    });
  }

  /** Nobody has the items any more: they were acknowledged, or nobody will ever take them. */
  dropped(items: number, error: SondeError): void {
    this.#failed(items);
    this.#logger.error('Exporting failed. Dropping data.', {
      code: error.code,
      error: error.message,
      dropped_items: items,
    });
  }

  /** The destination took a request and refused some of its items for good. */
  partlyRejected(items: number): void {
    this.#failed(items);
  }

  /** What was sent is there from the first request on, so that a share of failures can be computed. */
  #failed(items: number): void {
    this.#sendFailed.add(items, this.#labels);
    this.#sent.add(0, this.#labels);
  }
}
