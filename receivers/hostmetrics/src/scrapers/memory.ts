import type { HostFiles } from '../host-files.ts';
import type { MetricDefinition } from '../metric.ts';
import { type MemInfo, memoryBytes, parseMemInfo } from '../proc/meminfo.ts';
import { complete, type ScrapeResult, type Scraper } from '../scraper.ts';

export const MEMORY_USAGE: MetricDefinition = {
  name: 'system.memory.usage',
  description: 'Bytes of memory in use.',
  unit: 'By',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

export const MEMORY_UTILIZATION: MetricDefinition = {
  name: 'system.memory.utilization',
  description: 'Percentage of memory bytes in use.',
  unit: '1',
  kind: 'gauge',
  valueType: 'double',
  enabledByDefault: true,
};

export const MEMORY_LIMIT: MetricDefinition = {
  name: 'system.memory.limit',
  description: 'Total bytes of memory available.',
  unit: 'By',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: false,
};

export const MEMORY_AVAILABLE: MetricDefinition = {
  name: 'system.linux.memory.available',
  description:
    'An estimate of how much memory is available for starting new applications, without swapping.',
  unit: 'By',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: false,
};

/** Memory by state; `used`, `free`, `buffered` and `cached` add up to the total. */
export class MemoryScraper implements Scraper {
  readonly name = 'memory';
  readonly definitions: readonly MetricDefinition[] = [
    MEMORY_USAGE,
    MEMORY_UTILIZATION,
    MEMORY_LIMIT,
    MEMORY_AVAILABLE,
  ];

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const info = parseMemInfo(await files.text('proc/meminfo'));
    const total = memoryBytes(info, 'MemTotal');
    const states = bytesByState(info, total);
    const available = info.get('MemAvailable');
    return complete([
      {
        definition: MEMORY_USAGE,
        points: states.map(([state, value]) => ({ attributes: { state }, value })),
      },
      {
        definition: MEMORY_UTILIZATION,
        points: states.map(([state, bytes]) => ({ attributes: { state }, value: bytes / total })),
      },
      { definition: MEMORY_LIMIT, points: [{ attributes: {}, value: total }] },
      {
        definition: MEMORY_AVAILABLE,
        // Reported since Linux 3.14.
        points: available === undefined ? [] : [{ attributes: {}, value: available }],
      },
    ]);
  }
}

/** As the Collector counts: `cached` holds the reclaimable slab, which is shown once more alone. */
function bytesByState(info: MemInfo, total: number): [state: string, bytes: number][] {
  const free = memoryBytes(info, 'MemFree');
  const buffered = memoryBytes(info, 'Buffers');
  const slabReclaimable = info.get('SReclaimable') ?? 0;
  const cached = memoryBytes(info, 'Cached') + slabReclaimable;
  return [
    ['used', total - free - buffered - cached],
    ['free', free],
    ['buffered', buffered],
    ['cached', cached],
    ['slab_reclaimable', slabReclaimable],
    ['slab_unreclaimable', info.get('SUnreclaim') ?? 0],
  ];
}
