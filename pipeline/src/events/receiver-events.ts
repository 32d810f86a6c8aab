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
  readonly #failed: Counter;
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
    this.#failed = telemetry.itemCounter(
      'otelcol_receiver_failed',
      signal,
      'Number of items that an internal error of the receiver has cost.',
    );
  }

  accepted(items: number, transport: string | undefined): void {
    this.#count(this.#accepted, items, transport);
  }

  /** The sender is told; it keeps or drops the items according to the code. */
  refused(items: number, transport: string | undefined, error: SondeError): void {
    this.#count(this.#refused, items, transport);
    this.#logger.debug('Pipeline refused data.', {
      refused_items: items,
      code: error.code,
      error: error.message,
    });
  }

  /** All three are there from the first request on, so that a rate of errors can be computed. */
  #count(counter: Counter, items: number, transport: string | undefined): void {
    const labels = this.#labels(transport);
    for (const each of [this.#accepted, this.#refused, this.#failed]) {
      each.add(each === counter ? items : 0, labels);
    }
  }

  #labels(transport: string | undefined): Attributes {
    return transport === undefined ? { receiver: this.#id } : { receiver: this.#id, transport };
  }
}
