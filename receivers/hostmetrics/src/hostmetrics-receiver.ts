import { setTimeout as delay } from 'node:timers/promises';
import {
  type Component,
  type Consumer,
  DEFAULT_TENANT,
  type Host,
  type Logger,
  type OwnTelemetry,
  SondeError,
  Telemetry,
  type TelemetryOptions,
} from '@sonde/pipeline';
import { decodeRequests } from '@sonde/proto';
import type { HostMetricsConfig } from './config.ts';
import { type ConfiguredScraper, createScrapers } from './create-scrapers.ts';
import { HostFiles } from './host-files.ts';
import { type HostResource, readHostResource } from './host-resource.ts';
import { POINTS_MAX } from './limits.ts';
import { encodeMetrics, type ScrapedMetrics } from './metrics-request.ts';
import { parseStat } from './proc/stat.ts';
import type { ResourceMetrics } from './scraper.ts';
import { ScraperHealth } from './scraper-health.ts';

export interface HostMetricsOptions {
  readonly id: string;
  readonly logger: Logger;
  readonly config: HostMetricsConfig;
  readonly next: Consumer;
  readonly telemetry?: OwnTelemetry | undefined;
}

/**
 * Reads the host at a fixed interval and hands what it read to the pipeline as one request. A scrape
 * that the pipeline does not take is lost, as upstream (the engine counts it): the next one is as good.
 */
export class HostMetricsReceiver implements Component {
  readonly #options: HostMetricsOptions;
  readonly #files: HostFiles;
  readonly #scrapers: readonly { configured: ConfiguredScraper; health: ScraperHealth }[];
  readonly #stop: AbortController = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: HostMetricsOptions) {
    const { config, logger, id, telemetry } = options;
    this.#options = options;
    this.#files = new HostFiles(config.root_path);
    this.#scrapers = createScrapers(config.scrapers).map((configured) => ({
      configured,
      health: new ScraperHealth({
        receiver: id,
        scraper: configured.scraper.name,
        logger,
        telemetry,
      }),
    }));
  }

  start(_host: Host): Promise<void> {
    this.#running ??= this.#run(this.#stop.signal);
    return Promise.resolve();
  }

  /** The scrape in progress is handed on, unless the deadline comes first. */
  async shutdown(deadline: AbortSignal): Promise<void> {
    this.#stop.abort();
    if (this.#running === undefined || deadline.aborted) return;
    const passed = new Promise<void>((resolve) => {
      deadline.addEventListener('abort', () => resolve(), { once: true });
    });
    await Promise.race([this.#running, passed]);
  }

  async #run(stop: AbortSignal): Promise<void> {
    const { collection_interval: intervalMs, initial_delay: initialDelayMs } = this.#options.config;
    let dueMs = performance.now() + initialDelayMs;
    while (await waitUntil(dueMs, stop)) {
      await this.#scrape();
      // Turns that passed during a slow scrape are left out: two scrapes never overlap.
      const lateMs = performance.now() - dueMs;
      dueMs += Math.max(1, Math.ceil(lateMs / intervalMs)) * intervalMs;
    }
  }

  /** Never rejects: a failed scrape is logged and counted. */
  async #scrape(): Promise<void> {
    const scraped: ScrapedMetrics[] = [];
    for (const { configured, health } of this.#scrapers) {
      const found = await scrapeOne(configured, health, this.#files);
      if (found.metrics.length + found.resources.length === 0) continue;
      scraped.push({ scraper: configured.scraper.name, ...found });
    }
    if (scraped.length > 0) await this.#deliver(scraped);
  }

  async #deliver(scraped: readonly ScrapedMetrics[]): Promise<void> {
    const receivedUnixMs = Date.now();
    const { next, logger } = this.#options;
    const times = { unixMs: receivedUnixMs, bootUnixMs: await bootUnixMs(this.#files) };
    const resource: HostResource = await readHostResource(this.#files);
    const { bytes, itemCount } = encodeMetrics(resource, scraped, times);
    const request = {
      signal: 'metrics',
      bytes,
      itemCount,
      tenant: DEFAULT_TENANT,
      receivedUnixMs,
    } as const;
    const decode: TelemetryOptions['decode'] = (kept) => decodeRequests('metrics', kept);
    try {
      await next.consume(new Telemetry({ signal: 'metrics', requests: [request], decode }));
    } catch (error) {
      const { code, message } = SondeError.from(error);
      logger.warn('Host metrics were not taken', { code, error: message, items: itemCount });
    }
  }
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

async function scrapeOne(
  { scraper, isEnabled }: ConfiguredScraper,
  health: ScraperHealth,
  files: HostFiles,
): Promise<Omit<ScrapedMetrics, 'scraper'>> {
  try {
    const result = await scraper.scrape(files);
    const wanted = result.metrics.filter(
      ({ definition, points }) => points.length > 0 && isEnabled(definition),
    );
    const cut = wanted
      .filter(({ points }) => points.length > POINTS_MAX)
      .map(({ definition }) => `${definition.name} has more than ${POINTS_MAX} points: cut`);
    health.succeeded([...result.warnings, ...cut]);
    const metrics = wanted.map((metric) => ({
      ...metric,
      points: metric.points.slice(0, POINTS_MAX),
    }));
    const resources = withPoints(result.resources ?? []);
    const all = [...metrics, ...resources.flatMap((resource) => resource.metrics)];
    const points = all.reduce((sum, metric) => sum + metric.points.length, 0);
    health.scraped(points, result.warnings.length);
    return { metrics, resources };
  } catch (error) {
    health.failed(error);
    health.scraped(0, scraper.definitions.filter(isEnabled).length);
    return { metrics: [], resources: [] };
  }
}

/** What has nothing to say is left out. */
function withPoints(resources: readonly ResourceMetrics[]): readonly ResourceMetrics[] {
  return resources.flatMap((resource) => {
    const metrics = resource.metrics.filter(({ points }) => points.length > 0);
    return metrics.length === 0 ? [] : [{ ...resource, metrics }];
  });
}

/** When the counters began. Undefined when it cannot be read: then points carry no start time. */
async function bootUnixMs(files: HostFiles): Promise<number | undefined> {
  try {
    return parseStat(await files.text('proc/stat')).bootUnixSeconds * 1000;
  } catch {
    // The scrapers that need the file have already said so.
    return undefined;
  }
}
