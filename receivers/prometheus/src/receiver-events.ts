import { type Logger, OwnTelemetry, type SondeError } from '@sonde/pipeline';

type Counter = ReturnType<OwnTelemetry['counter']>;

/** What happens to targets and pages: a counter and, where somebody should look, a line. */
export class ReceiverEvents {
  readonly #scrapes: Counter;
  readonly #unusable: Counter;
  readonly #discovery: Counter;
  readonly #id: string;
  readonly #logger: Logger;

  constructor(id: string, logger: Logger, telemetry: OwnTelemetry = new OwnTelemetry()) {
    this.#id = id;
    this.#logger = logger;
    this.#scrapes = telemetry.counter('sonde_receiver_prometheus_scrapes', {
      unit: '{scrapes}',
      description: 'Number of scrapes, by job and outcome.',
    });
    this.#unusable = telemetry.counter('sonde_receiver_prometheus_dropped_samples', {
      unit: '{samples}',
      description:
        'Number of samples that are part of no point: no bound, or another time than their point.',
    });
    this.#discovery = telemetry.counter('sonde_receiver_prometheus_discovery_failures', {
      unit: '{failures}',
      description: 'Number of times that targets could not be looked up.',
    });
  }

  scraped(job: string, outcome: 'ok' | 'failed'): void {
    this.#scrapes.add(1, { receiver: this.#id, job, outcome });
  }

  /** Said when a target begins to fail or fails otherwise than before. */
  failing(target: string, reason: string): void {
    this.#logger.warn('Failed to scrape Prometheus endpoint', { target, error: reason });
  }

  notEncoded(target: string, reason: string): void {
    this.#logger.error('A page could not become a request', { target, error: reason });
  }

  recovered(target: string): void {
    this.#logger.info('Prometheus endpoint can be scraped again', { target });
  }

  unusable(job: string, samples: number): void {
    if (samples > 0) this.#unusable.add(samples, { receiver: this.#id, job });
  }

  notTaken(job: string, items: number, error: SondeError): void {
    const { code, message } = error;
    this.#logger.warn('Scraped metrics were not taken', { job, code, error: message, items });
  }

  unusableTarget(job: string, reason: string): void {
    this.#logger.warn('An address is no target.', { job, error: reason });
  }

  tooManyTargets(job: string, dropped: number): void {
    this.#logger.error('There are more targets than this receiver scrapes.', { job, dropped });
  }

  discoveryFailed(job: string, where: string, reason: string): void {
    this.#discovery.add(1, { receiver: this.#id, job });
    this.#logger.warn('Targets cannot be looked up; those before stay.', {
      job,
      where,
      error: reason,
    });
  }
}
