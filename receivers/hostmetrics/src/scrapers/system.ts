import type { HostFiles } from '../host-files.ts';
import type { MetricDefinition } from '../metric.ts';
import { parseUptime } from '../proc/uptime.ts';
import { complete, type ScrapeResult, type Scraper } from '../scraper.ts';

export const SYSTEM_UPTIME: MetricDefinition = {
  name: 'system.uptime',
  description: 'The time the system has been running.',
  unit: 's',
  kind: 'gauge',
  valueType: 'double',
  enabledByDefault: true,
};

export class SystemScraper implements Scraper {
  readonly name = 'system';
  readonly definitions: readonly MetricDefinition[] = [SYSTEM_UPTIME];

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const seconds = parseUptime(await files.text('proc/uptime'));
    return complete([{ definition: SYSTEM_UPTIME, points: [{ attributes: {}, value: seconds }] }]);
  }
}
