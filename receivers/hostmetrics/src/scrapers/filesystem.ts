import type { FilesystemSpace, HostFiles } from '../host-files.ts';
import { MOUNTS_MAX } from '../limits.ts';
import type { MetricDefinition, Point } from '../metric.ts';
import { ALL, type NameFilter } from '../name-filter.ts';
import { type Mount, parseFilesystems, parseMountInfo } from '../proc/mountinfo.ts';
import type { ScrapeResult, Scraper } from '../scraper.ts';
import { SpaceReader } from './space-reader.ts';

export const FILESYSTEM_USAGE: MetricDefinition = {
  name: 'system.filesystem.usage',
  description: 'Filesystem bytes used.',
  unit: 'By',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

export const FILESYSTEM_INODES_USAGE: MetricDefinition = {
  name: 'system.filesystem.inodes.usage',
  description: 'FileSystem inodes used.',
  unit: '{inodes}',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

export const FILESYSTEM_UTILIZATION: MetricDefinition = {
  name: 'system.filesystem.utilization',
  description: 'Fraction of filesystem bytes used.',
  unit: '1',
  kind: 'gauge',
  valueType: 'double',
  enabledByDefault: false,
};

export interface FilesystemSettings {
  readonly devices: NameFilter;
  readonly types: NameFilter;
  readonly mountpoints: NameFilter;
  /** Those that stand on no block device too: tmpfs, proc. */
  readonly includeVirtual: boolean;
}

const PHYSICAL: FilesystemSettings = {
  devices: ALL,
  types: ALL,
  mountpoints: ALL,
  includeVirtual: false,
};

interface Measured {
  readonly attributes: Readonly<Record<string, string>>;
  readonly space: FilesystemSpace;
}

/** Space and inodes of every mounted filesystem. */
export class FilesystemScraper implements Scraper {
  readonly name = 'filesystem';
  readonly definitions: readonly MetricDefinition[] = [
    FILESYSTEM_USAGE,
    FILESYSTEM_INODES_USAGE,
    FILESYSTEM_UTILIZATION,
  ];
  readonly #settings: FilesystemSettings;
  readonly #spaces: SpaceReader = new SpaceReader();

  constructor(settings: FilesystemSettings = PHYSICAL) {
    this.#settings = settings;
  }

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const warnings: string[] = [];
    const measured: Measured[] = [];
    const mounts = await this.#mounts(files);
    if (mounts.length > MOUNTS_MAX) warnings.push(`more than ${MOUNTS_MAX} mounts: cut`);
    for (const mount of mounts.slice(0, MOUNTS_MAX)) {
      const answer = await this.#spaces.read(files, mount.mountpoint);
      if ('warning' in answer) warnings.push(answer.warning);
      // A filesystem without blocks (a mounted namespace file) has no usage.
      else if (answer.space.blocks > 0) measured.push(measure(mount, answer.space));
    }
    return {
      metrics: [
        { definition: FILESYSTEM_USAGE, points: measured.flatMap(usagePoints) },
        { definition: FILESYSTEM_INODES_USAGE, points: measured.flatMap(inodePoints) },
        { definition: FILESYSTEM_UTILIZATION, points: measured.map(utilizationPoint) },
      ],
      warnings,
    };
  }

  async #mounts(files: HostFiles): Promise<Mount[]> {
    const { devices, types, mountpoints, includeVirtual } = this.#settings;
    const table = await files.firstText(['proc/1/mountinfo', 'proc/self/mountinfo']);
    const physical = parseFilesystems(await files.text('proc/filesystems'));
    return parseMountInfo(table).filter(
      (mount) =>
        (includeVirtual || physical.has(mount.type)) &&
        devices(mount.device) &&
        types(mount.type) &&
        mountpoints(mount.mountpoint),
    );
  }
}

function measure({ device, mountpoint, type, mode }: Mount, space: FilesystemSpace): Measured {
  return { attributes: { device, mode, mountpoint, type }, space };
}

function usagePoints({ attributes, space }: Measured): Point[] {
  const { blockBytes, blocks, blocksFree, blocksAvailable } = space;
  return [
    { attributes: { ...attributes, state: 'used' }, value: (blocks - blocksFree) * blockBytes },
    { attributes: { ...attributes, state: 'free' }, value: blocksAvailable * blockBytes },
    {
      attributes: { ...attributes, state: 'reserved' },
      value: (blocksFree - blocksAvailable) * blockBytes,
    },
  ];
}

function inodePoints({ attributes, space }: Measured): Point[] {
  return [
    { attributes: { ...attributes, state: 'used' }, value: space.inodes - space.inodesFree },
    { attributes: { ...attributes, state: 'free' }, value: space.inodesFree },
  ];
}

/** As `df` counts: of what a process without privileges may use. */
function utilizationPoint({ attributes, space }: Measured): Point {
  const used = space.blocks - space.blocksFree;
  const usable = used + space.blocksAvailable;
  return { attributes, value: usable === 0 ? 0 : used / usable };
}
