import type { HostFiles } from '../host-files.ts';
import type { Metric, MetricDefinition, Point } from '../metric.ts';
import {
  CPU_STATES,
  type CpuState,
  type CpuTimes,
  parseStat,
  TICKS_PER_SECOND,
} from '../proc/stat.ts';
import { complete, type ScrapeResult, type Scraper } from '../scraper.ts';

export const CPU_TIME: MetricDefinition = {
  name: 'system.cpu.time',
  description: 'Total seconds each logical CPU spent on each mode.',
  unit: 's',
  kind: 'counter',
  valueType: 'double',
  enabledByDefault: true,
};

export const CPU_UTILIZATION: MetricDefinition = {
  name: 'system.cpu.utilization',
  description:
    'Difference in system.cpu.time since the last measurement per logical CPU, divided by the ' +
    'elapsed time (value in interval [0,1]).',
  unit: '1',
  kind: 'gauge',
  valueType: 'double',
  enabledByDefault: true,
};

export const CPU_LOGICAL_COUNT: MetricDefinition = {
  name: 'system.cpu.logical.count',
  description: 'Number of available logical CPUs.',
  unit: '{cpu}',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

/** Time of each logical CPU by state, and its share since the scrape before. */
export class CpuScraper implements Scraper {
  readonly name = 'cpu';
  readonly definitions: readonly MetricDefinition[] = [
    CPU_TIME,
    CPU_UTILIZATION,
    CPU_LOGICAL_COUNT,
  ];
  #before: ReadonlyMap<string, CpuTimes> = new Map();

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const { cpus } = parseStat(await files.text('proc/stat'));
    const before = this.#before;
    this.#before = new Map(cpus.map((times) => [times.cpu, times]));
    return complete([
      { definition: CPU_TIME, points: cpus.flatMap(timePoints) },
      {
        definition: CPU_UTILIZATION,
        points: cpus.flatMap((times) => utilizationPoints(times, before.get(times.cpu))),
      },
      count(cpus.length),
    ]);
  }
}

function count(value: number): Metric {
  return { definition: CPU_LOGICAL_COUNT, points: [{ attributes: {}, value }] };
}

function timePoints(times: CpuTimes): Point[] {
  return CPU_STATES.map((state) => ({
    attributes: { cpu: times.cpu, state },
    value: times.ticks[state] / TICKS_PER_SECOND,
  }));
}

/**
 * The shares add up to 1: they are of the ticks that passed on that CPU, not of the wall clock, which
 * is read at another moment. None at the first scrape, or when no tick passed.
 */
function utilizationPoints(now: CpuTimes, before: CpuTimes | undefined): Point[] {
  if (before === undefined) return [];
  // The kernel may take some `wait` back; a negative share would mean nothing.
  const passed = (state: CpuState): number => Math.max(0, now.ticks[state] - before.ticks[state]);
  let elapsed = 0;
  for (const state of CPU_STATES) elapsed += passed(state);
  if (elapsed === 0) return [];
  return CPU_STATES.map((state) => ({
    attributes: { cpu: now.cpu, state },
    value: passed(state) / elapsed,
  }));
}
