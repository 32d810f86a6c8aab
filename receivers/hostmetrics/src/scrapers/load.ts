import type { HostFiles } from '../host-files.ts';
import type { Metric, MetricDefinition } from '../metric.ts';
import { parseLoadAverage } from '../proc/loadavg.ts';
import { parseStat } from '../proc/stat.ts';
import { complete, type ScrapeResult, type Scraper } from '../scraper.ts';

export const LOAD_1M: MetricDefinition = definition('1m', '1 minute');
export const LOAD_5M: MetricDefinition = definition('5m', '5 minutes');
export const LOAD_15M: MetricDefinition = definition('15m', '15 minutes');

function definition(window: string, words: string): MetricDefinition {
  return {
    name: `system.cpu.load_average.${window}`,
    description: `Average CPU Load over ${words}.`,
    unit: '{thread}',
    kind: 'gauge',
    valueType: 'double',
    enabledByDefault: true,
  };
}

export interface LoadSettings {
  /** Divide by the number of logical CPUs. */
  readonly perCpu: boolean;
}

export class LoadScraper implements Scraper {
  readonly name = 'load';
  readonly definitions: readonly MetricDefinition[] = [LOAD_1M, LOAD_5M, LOAD_15M];
  readonly #settings: LoadSettings;

  constructor(settings: LoadSettings) {
    this.#settings = settings;
  }

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const load = parseLoadAverage(await files.text('proc/loadavg'));
    const divisor = this.#settings.perCpu ? await cpuCount(files) : 1;
    return complete([
      gauge(LOAD_1M, load.oneMinute / divisor),
      gauge(LOAD_5M, load.fiveMinutes / divisor),
      gauge(LOAD_15M, load.fifteenMinutes / divisor),
    ]);
  }
}

async function cpuCount(files: HostFiles): Promise<number> {
  return Math.max(1, parseStat(await files.text('proc/stat')).cpus.length);
}

function gauge(definition: MetricDefinition, value: number): Metric {
  return { definition, points: [{ attributes: {}, value }] };
}
