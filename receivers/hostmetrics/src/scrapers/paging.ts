import type { HostFiles } from '../host-files.ts';
import type { MetricDefinition, Point } from '../metric.ts';
import { parseSwaps, type SwapDevice } from '../proc/swaps.ts';
import { parseVmStat } from '../proc/vmstat.ts';
import { complete, type ScrapeResult, type Scraper } from '../scraper.ts';

export const PAGING_USAGE: MetricDefinition = {
  name: 'system.paging.usage',
  description: 'Swap (unix) or pagefile (windows) usage.',
  unit: 'By',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

export const PAGING_UTILIZATION: MetricDefinition = {
  name: 'system.paging.utilization',
  description: 'Swap (unix) or pagefile (windows) utilization.',
  unit: '1',
  kind: 'gauge',
  valueType: 'double',
  enabledByDefault: false,
};

export const PAGING_OPERATIONS: MetricDefinition = {
  name: 'system.paging.operations',
  description: 'The number of paging operations.',
  unit: '{operations}',
  kind: 'counter',
  valueType: 'int',
  enabledByDefault: true,
};

export const PAGING_FAULTS: MetricDefinition = {
  name: 'system.paging.faults',
  description: 'The number of page faults.',
  unit: '{faults}',
  kind: 'counter',
  valueType: 'int',
  enabledByDefault: true,
};

/** Swap devices, and the traffic between memory and disk. */
export class PagingScraper implements Scraper {
  readonly name = 'paging';
  readonly definitions: readonly MetricDefinition[] = [
    PAGING_USAGE,
    PAGING_UTILIZATION,
    PAGING_OPERATIONS,
    PAGING_FAULTS,
  ];

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const devices = parseSwaps(await files.text('proc/swaps'));
    const { majorFaults, faults, ...counters } = parseVmStat(await files.text('proc/vmstat'));
    return complete([
      { definition: PAGING_USAGE, points: devices.flatMap(usagePoints) },
      { definition: PAGING_UTILIZATION, points: devices.flatMap(utilizationPoints) },
      {
        definition: PAGING_OPERATIONS,
        // Upstream's meaning of the types: major goes through swap, minor is all block traffic.
        points: [
          operations('page_in', 'major', counters.swapIn),
          operations('page_out', 'major', counters.swapOut),
          operations('page_in', 'minor', counters.pageIn),
          operations('page_out', 'minor', counters.pageOut),
        ],
      },
      {
        definition: PAGING_FAULTS,
        points: [
          { attributes: { type: 'major' }, value: majorFaults },
          { attributes: { type: 'minor' }, value: Math.max(0, faults - majorFaults) },
        ],
      },
    ]);
  }
}

function operations(direction: string, type: string, value: number): Point {
  return { attributes: { direction, type }, value };
}

function usagePoints({ device, sizeBytes, usedBytes }: SwapDevice): Point[] {
  return [
    { attributes: { device, state: 'used' }, value: usedBytes },
    { attributes: { device, state: 'free' }, value: sizeBytes - usedBytes },
  ];
}

function utilizationPoints(swap: SwapDevice): Point[] {
  if (swap.sizeBytes === 0) return [];
  return usagePoints(swap).map(({ attributes, value }) => ({
    attributes,
    value: value / swap.sizeBytes,
  }));
}
