import {
  type Component,
  type Consumer,
  DEFAULT_TENANT,
  type SignallessCreateSettings,
  SondeError,
  Telemetry,
} from '@sonde/pipeline';
import { decodeRequests } from '@sonde/proto';
import type { PrometheusReceiverConfig } from './config/config.ts';
import type { MetricsRequest } from './convert/to-request.ts';
import { TARGETS_MAX } from './limits.ts';
import { ReceiverEvents } from './receiver-events.ts';
import { ScrapeJob } from './scrape/scrape-job.ts';

/**
 * Scrapes pages of Prometheus metrics. A page is one request. What the pipeline does not take is lost,
 * as upstream: the next page has newer values.
 */
export class PrometheusReceiver implements Component {
  readonly #config: PrometheusReceiverConfig;
  readonly #next: Consumer;
  readonly #events: ReceiverEvents;
  readonly #jobs: readonly ScrapeJob[];
  #isStarted = false;
  #stopping: Promise<void> | undefined;

  constructor(
    settings: SignallessCreateSettings,
    config: PrometheusReceiverConfig,
    next: Consumer,
  ) {
    this.#config = config;
    this.#next = next;
    this.#events = new ReceiverEvents(settings.id, settings.logger, settings.telemetry);
    this.#jobs = config.jobs.map(
      (job) =>
        new ScrapeJob({
          config: job,
          externalLabels: config.externalLabels,
          trimMetricSuffixes: config.trimMetricSuffixes,
          initialOffsetMs: config.initialScrapeOffsetMs,
          events: this.#events,
          deliver: (name, request) => this.#deliver(name, request),
          roomFor: (targets) => Math.min(targets, TARGETS_MAX - this.#targetCount()),
        }),
    );
  }

  start(): Promise<void> {
    if (this.#isStarted) return Promise.resolve();
    this.#isStarted = true;
    for (const job of this.#jobs) job.start();
    return Promise.resolve();
  }

  shutdown(deadline: AbortSignal): Promise<void> {
    this.#stopping ??= this.#isStarted ? this.#shutdown(deadline) : Promise.resolve();
    return this.#stopping;
  }

  async #shutdown(deadline: AbortSignal): Promise<void> {
    const stopped = Promise.all(this.#jobs.map((job) => job.stop())).then(async () => {
      if (!this.#config.scrapeOnShutdown || deadline.aborted) return;
      await Promise.all(this.#jobs.map((job) => job.scrapeAll(deadline)));
    });
    await Promise.race([stopped, aborted(deadline)]);
    for (const job of this.#jobs) job.close();
  }

  #targetCount(): number {
    return this.#jobs.reduce((count, job) => count + job.targetCount, 0);
  }

  async #deliver(job: string, { bytes, itemCount }: MetricsRequest): Promise<void> {
    const request = {
      signal: 'metrics',
      bytes,
      itemCount,
      tenant: DEFAULT_TENANT,
      receivedUnixMs: Date.now(),
    } as const;
    const telemetry = new Telemetry({
      signal: 'metrics',
      requests: [request],
      transport: 'http',
      decode: (kept) => decodeRequests('metrics', kept),
    });
    try {
      await this.#next.consume(telemetry);
    } catch (error) {
      this.#events.notTaken(job, itemCount, SondeError.from(error));
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
