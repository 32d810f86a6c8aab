import type { Attributes, Counter } from '@opentelemetry/api';
import type { Signal } from '@sonde/proto';
import type { SondeError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import type { OwnTelemetry } from './own-telemetry.ts';

export interface ComponentEventsOptions {
  readonly id: string;
  readonly signal: Signal;
  readonly telemetry: OwnTelemetry;
  readonly logger: Logger;
}

/** What happens to the items that a receiver hands to its pipelines. */
export class ReceiverEvents {
  readonly #accepted: Counter;
  readonly #refused: Counter;
  readonly #id: string;
  readonly #logger: Logger;

  constructor({ id, signal, telemetry, logger }: ComponentEventsOptions) {
    this.#id = id;
    this.#logger = logger;
    this.#accepted = telemetry.itemCounter(
      'otelcol_receiver_accepted',
      signal,
      'Number of items successfully pushed into the pipeline.',
    );
    this.#refused = telemetry.itemCounter(
      'otelcol_receiver_refused',
      signal,
      'Number of items that could not be pushed into the pipeline.',
    );
  }

  accepted(items: number, transport: string | undefined): void {
    this.#accepted.add(items, this.#labels(transport));
  }

  /** The sender is told; it keeps or drops the items according to the code. */
  refused(items: number, transport: string | undefined, error: SondeError): void {
    this.#refused.add(items, this.#labels(transport));
    this.#logger.debug('Pipeline refused data.', {
      refused_items: items,
      code: error.code,
      error: error.message,
    });
  }

  #labels(transport: string | undefined): Attributes {
    return transport === undefined ? { receiver: this.#id } : { receiver: this.#id, transport };
  }
}
