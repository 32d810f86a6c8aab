import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScrapeConfig } from '../config/scrape-config.ts';
import { TargetSeries } from '../convert/target-series.ts';
import { type MetricsRequest, toRequest } from '../convert/to-request.ts';
import { readPage } from '../page/read-page.ts';
import type { ReceiverEvents } from '../receiver-events.ts';
import { fetchPage } from './fetch-page.ts';
import type { HttpGet } from './http-get.ts';
import { targetAttributes } from './resource-attributes.ts';
import { SampleLabels } from './sample-labels.ts';
import type { Target } from './target.ts';

export interface ScraperOptions {
  readonly config: ScrapeConfig;
  readonly target: Target;
  readonly externalLabels: Readonly<Record<string, string>>;
  readonly trimMetricSuffixes: boolean;
  readonly initialOffsetMs: number;
  readonly get: HttpGet;
  readonly events: ReceiverEvents;
  /** Resolves when the pipeline has it or refused it. */
  readonly deliver: (job: string, request: MetricsRequest) => Promise<void>;
}

interface Outcome {
  readonly isUp: boolean;
  readonly seconds: number;
  readonly bytes: number;
}

/** Asks one target at its interval and hands on what its page holds. Scrapes never overlap. */
export class TargetScraper {
  readonly #options: ScraperOptions;
  readonly #series: TargetSeries;
  readonly #stop = new AbortController();
  /** Of what is said about the target itself. */
  readonly #reportLabels: ReadonlyMap<string, string>;
  #running: Promise<void> | undefined;
  #lastFailure: string | undefined;
  /** Why it is not asked at all, a scrape that fails each time. */
  #refusal: string | undefined;

  constructor(options: ScraperOptions) {
    const { config, target, externalLabels } = options;
    this.#options = options;
    this.#reportLabels = new Map([...target.labels, ...Object.entries(externalLabels)]);
    const labels = new SampleLabels(config, target, externalLabels);
    this.#series = new TargetSeries({
      change: (name, given) => labels.change(name, given),
      honorTimestamps: config.honorTimestamps,
      trackTimestamps: config.trackTimestampsStaleness,
      samplesMax: config.limits.samplesMax,
      job: target.job,
      instance: target.instance,
    });
  }

  set refusal(reason: string | undefined) {
    this.#refusal = reason;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Resolves when a scrape in progress has ended; it is given up. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Says the end of all series: nobody will see this target again. */
  async end(): Promise<void> {
    await this.stop();
    this.#series.begin(Date.now());
    this.#series.endMissing();
    for (const name of REPORTS) this.#report(name, 0, true);
    await this.#deliver();
  }

  async #run(): Promise<void> {
    const { target, initialOffsetMs } = this.#options;
    const stop = this.#stop.signal;
    let dueMs = performance.now() + initialOffsetMs + offsetOf(target);
    while (await waitUntil(dueMs, stop)) {
      await this.scrape(stop);
      // Turns that passed during a slow scrape are left out.
      const lateMs = performance.now() - dueMs;
      dueMs += Math.max(1, Math.ceil(lateMs / target.intervalMs)) * target.intervalMs;
    }
  }

  /** Never rejects: a failed scrape is `up 0`, a line and a count. */
  async scrape(stop: AbortSignal): Promise<void> {
    const { config, target, get, events } = this.#options;
    const series = this.#series;
    const startedMs = performance.now();
    series.begin(Date.now());
    let bytes = 0;
    let failure: string | undefined = this.#refusal;
    try {
      if (failure === undefined) {
        const page = await fetchPage(get, target, config, stop);
        bytes = page.body.length;
        readPage(page.body, page.openMetrics, series);
      }
    } catch (error) {
      if (stop.aborted) return;
      failure = error instanceof Error ? error.message : String(error);
    }
    if (failure !== undefined) series.discard();
    series.endMissing();
    this.#note(failure);
    this.#reports({
      isUp: failure === undefined,
      seconds: (performance.now() - startedMs) / 1000,
      bytes,
    });
    events.unusable(config.jobName, series.counts.unusable);
    await this.#deliver();
    series.tidy();
  }

  #reports({ isUp, seconds, bytes }: Outcome): void {
    const { config, target } = this.#options;
    const { scraped, kept, added } = this.#series.counts;
    this.#report('up', isUp ? 1 : 0);
    this.#report('scrape_duration_seconds', seconds);
    this.#report('scrape_samples_scraped', scraped);
    this.#report('scrape_samples_post_metric_relabeling', kept);
    this.#report('scrape_series_added', isUp ? added : 0);
    if (!config.extraMetrics) return;
    this.#report('scrape_timeout_seconds', target.timeoutMs / 1000);
    this.#report('scrape_sample_limit', config.limits.samplesMax);
    this.#report('scrape_body_size_bytes', isUp ? bytes : 0);
  }

  #report(name: string, value: number, isStale = false): void {
    this.#series.report(name, this.#reportLabels, value, isStale);
  }

  #note(failure: string | undefined): void {
    const { config, target, events } = this.#options;
    events.scraped(config.jobName, failure === undefined ? 'ok' : 'failed');
    if (failure === this.#lastFailure) return;
    if (failure === undefined) events.recovered(target.url.href);
    else events.failing(target.url.href, failure);
    this.#lastFailure = failure;
  }

  async #deliver(): Promise<void> {
    const { config, target, trimMetricSuffixes, deliver, events } = this.#options;
    let request: MetricsRequest;
    try {
      request = toRequest(this.#series.resources(), {
        trimMetricSuffixes,
        resourceAttributes: (resource) => targetAttributes(resource, target.discovered),
      });
    } catch (error) {
      // A bug here costs one page, never the loop that asks for the next.
      events.notEncoded(target.url.href, error instanceof Error ? error.message : String(error));
      return;
    }
    if (request.itemCount > 0) await deliver(config.jobName, request);
  }
}

const REPORTS = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;

/** Spreads targets over the interval, each always at the same place in it. */
function offsetOf({ key, intervalMs }: Target): number {
  const hash = createHash('md5').update(key).digest().readUInt32LE(0);
  const place = (hash / 0x1_0000_0000) * intervalMs;
  const now = Date.now() % intervalMs;
  return place >= now ? place - now : place - now + intervalMs;
}

/** False when `stop` aborted first. */
async function waitUntil(dueMs: number, stop: AbortSignal): Promise<boolean> {
  try {
    await delay(Math.max(0, dueMs - performance.now()), undefined, { signal: stop });
    return !stop.aborted;
  } catch {
    return false;
  }
}
