import { type Counter, metrics } from '@opentelemetry/api';
import type { Logger, SondeError } from '@sonde/pipeline';
import type { Signal } from '@sonde/proto';

/** Counts requests that got no acknowledgement, by reason; a bug is logged too. */
export class RefusalCounter {
  readonly #receiver: string;
  readonly #logger: Logger;
  readonly #requests: Counter;
  readonly #connections: Counter;

  constructor({ id, logger }: { id: string; logger: Logger }) {
    this.#receiver = id;
    this.#logger = logger;
    const meter = metrics.getMeter('@sonde/intake');
    this.#requests = meter.createCounter('sonde_receiver_refused_requests', {
      description: 'Requests that were answered with an error, by code.',
      unit: '{requests}',
    });
    this.#connections = meter.createCounter('sonde_receiver_dropped_connections', {
      description: 'Connections beyond the limit, closed at once.',
      unit: '{connections}',
    });
  }

  count(signal: Signal, transport: string, error: SondeError): void {
    const { code } = error;
    this.#requests.add(1, { receiver: this.#receiver, signal, transport, code });
    const fields = { 'otelcol.signal': signal, transport, code, error: error.message };
    // What a sender does wrong or what is full behind is counted; only our own fault is an error.
    if (code === 'INTERNAL') this.#logger.error('Request failed', fields);
    else this.#logger.debug('Request refused', fields);
  }

  droppedConnection(transport: string): void {
    this.#connections.add(1, { receiver: this.#receiver, transport });
    this.#logger.warn('Too many connections', { transport });
  }
}
