import type { HostFiles } from './host-files.ts';
import type { Metric, MetricDefinition } from './metric.ts';

/** Metrics of something on the host that is a resource of its own: a process. */
export interface ResourceMetrics {
  /** Besides the host's. */
  readonly attributes: Readonly<Record<string, string | number>>;
  /** When its counters began. */
  readonly startUnixMs: number;
  readonly metrics: readonly Metric[];
}

/** What one scrape produced. */
export interface ScrapeResult {
  readonly metrics: readonly Metric[];
  readonly resources?: readonly ResourceMetrics[];
  /** What could not be read although the rest could: a filesystem that does not answer. */
  readonly warnings: readonly string[];
}

/** One source of metrics. It may remember the scrape before; two scrapes never overlap. */
export interface Scraper {
  /** As users write it below `scrapers`. */
  readonly name: string;
  /** Every metric it can produce. */
  readonly definitions: readonly MetricDefinition[];
  /** Reads the host now. A rejection loses this scrape of this scraper and nothing else. */
  scrape(files: HostFiles): Promise<ScrapeResult>;
}

export function complete(metrics: readonly Metric[]): ScrapeResult {
  return { metrics, warnings: [] };
}
