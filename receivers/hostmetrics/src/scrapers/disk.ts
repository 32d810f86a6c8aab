import type { HostFiles } from '../host-files.ts';
import type { MetricDefinition, MetricKind, Point } from '../metric.ts';
import { ALL, type NameFilter } from '../name-filter.ts';
import { type DirectionCounters, type DiskCounters, parseDiskStats } from '../proc/diskstats.ts';
import { complete, type ScrapeResult, type Scraper } from '../scraper.ts';

const MS_PER_SECOND = 1000;

function definition(
  name: string,
  unit: string,
  description: string,
  kind: MetricKind = 'counter',
): MetricDefinition {
  const valueType = unit === 's' ? 'double' : 'int';
  return { name, unit, description, kind, valueType, enabledByDefault: true };
}

export const DISK_IO: MetricDefinition = definition(
  'system.disk.io',
  'By',
  'Disk bytes transferred.',
);
export const DISK_OPERATIONS: MetricDefinition = definition(
  'system.disk.operations',
  '{operations}',
  'Disk operations count.',
);
export const DISK_MERGED: MetricDefinition = definition(
  'system.disk.merged',
  '{operations}',
  'The number of disk reads/writes merged into single physical disk access operations.',
);
export const DISK_OPERATION_TIME: MetricDefinition = definition(
  'system.disk.operation_time',
  's',
  'Time spent in disk operations.',
);
export const DISK_IO_TIME: MetricDefinition = definition(
  'system.disk.io_time',
  's',
  'Time disk spent activated.',
);
export const DISK_WEIGHTED_IO_TIME: MetricDefinition = definition(
  'system.disk.weighted_io_time',
  's',
  'Time disk spent activated multiplied by the queue length.',
);
export const DISK_PENDING_OPERATIONS: MetricDefinition = definition(
  'system.disk.pending_operations',
  '{operations}',
  'The queue size of pending I/O operations.',
  'upDownCounter',
);

/** Counters of every block device and partition. */
export class DiskScraper implements Scraper {
  readonly name = 'disk';
  readonly definitions: readonly MetricDefinition[] = [
    DISK_IO,
    DISK_OPERATIONS,
    DISK_MERGED,
    DISK_OPERATION_TIME,
    DISK_IO_TIME,
    DISK_WEIGHTED_IO_TIME,
    DISK_PENDING_OPERATIONS,
  ];
  readonly #devices: NameFilter;

  constructor(devices: NameFilter = ALL) {
    this.#devices = devices;
  }

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const disks = parseDiskStats(await files.text('proc/diskstats')).filter((disk) =>
      this.#devices(disk.device),
    );
    const directed = (value: (counters: DirectionCounters) => number): Point[] =>
      disks.flatMap((disk) => directionPoints(disk, value));
    const whole = (value: (disk: DiskCounters) => number): Point[] =>
      disks.map((disk) => ({ attributes: { device: disk.device }, value: value(disk) }));
    return complete([
      { definition: DISK_IO, points: directed((counters) => counters.bytes) },
      { definition: DISK_OPERATIONS, points: directed((counters) => counters.operations) },
      { definition: DISK_MERGED, points: directed((counters) => counters.merged) },
      {
        definition: DISK_OPERATION_TIME,
        points: directed((counters) => counters.timeMs / MS_PER_SECOND),
      },
      { definition: DISK_IO_TIME, points: whole((disk) => disk.ioTimeMs / MS_PER_SECOND) },
      {
        definition: DISK_WEIGHTED_IO_TIME,
        points: whole((disk) => disk.weightedIoTimeMs / MS_PER_SECOND),
      },
      { definition: DISK_PENDING_OPERATIONS, points: whole((disk) => disk.pendingOperations) },
    ]);
  }
}

function directionPoints(
  disk: DiskCounters,
  value: (counters: DirectionCounters) => number,
): Point[] {
  const { device } = disk;
  return [
    { attributes: { device, direction: 'read' }, value: value(disk.reads) },
    { attributes: { device, direction: 'write' }, value: value(disk.writes) },
  ];
}
