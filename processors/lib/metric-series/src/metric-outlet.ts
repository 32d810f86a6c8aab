import { type Counter, metrics } from '@opentelemetry/api';
import { type Consumer, type Logger, SondeError, Telemetry } from '@sonde/pipeline';
import { decodeRequests, type EncodedRequest } from '@sonde/proto';

/** Flushes that wait for a pipeline which refuses; the oldest goes first. */
const WAITING_MAX = 16;

export interface OutletOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly next: Consumer;
}

/** Hands metrics on. What a pipeline cannot take now is tried again, in order, with what follows. */
export class MetricOutlet {
  readonly #options: OutletOptions;
  readonly #lost: Counter;
  #waiting: (readonly EncodedRequest[])[] = [];

  constructor(options: OutletOptions) {
    this.#options = options;
    this.#lost = metrics
      .getMeter('@sonde/metric-series')
      .createCounter('sonde_connector_lost_points', {
        description: 'Data points that pipelines refused for good, or for too long.',
        unit: '{datapoint}',
      });
  }

  /** Never rejects: what went wrong is logged and counted. */
  async send(requests: readonly EncodedRequest[]): Promise<void> {
    if (requests.length > 0) this.#waiting.push(requests);
    while (this.#waiting.length > WAITING_MAX) this.#give(this.#waiting.shift() ?? []);
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      if (!(await this.#sendOne(first))) return;
      this.#waiting.shift();
    }
  }

  /** What still waits is given up. */
  close(): void {
    for (const requests of this.#waiting) this.#give(requests);
    this.#waiting = [];
  }

  /** False where it is to be tried again. */
  async #sendOne(requests: readonly EncodedRequest[]): Promise<boolean> {
    const { logger, next } = this.#options;
    const decode = (all: readonly EncodedRequest[]) => decodeRequests('metrics', all);
    try {
      await next.consume(new Telemetry({ signal: 'metrics', requests, decode }));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      logger.error('Failed ConsumeMetrics', { error: message });
      if (error instanceof SondeError && error.retryable) return false;
      this.#give(requests);
    }
    return true;
  }

  #give(requests: readonly EncodedRequest[]): void {
    const points = requests.reduce((sum, { itemCount }) => sum + itemCount, 0);
    if (points > 0) this.#lost.add(points, { connector: this.#options.id });
  }
}
