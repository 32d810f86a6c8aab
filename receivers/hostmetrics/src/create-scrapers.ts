import type {
  FilesystemConfig,
  MatchConfig,
  MetricSwitches,
  ProcessConfig,
  ScrapersConfig,
} from './config.ts';
import type { MetricDefinition } from './metric.ts';
import { type NameFilter, type NamePatterns, nameFilter } from './name-filter.ts';
import type { Scraper } from './scraper.ts';
import { CpuScraper } from './scrapers/cpu.ts';
import { DiskScraper } from './scrapers/disk.ts';
import { FilesystemScraper } from './scrapers/filesystem.ts';
import { LoadScraper } from './scrapers/load.ts';
import { MemoryScraper } from './scrapers/memory.ts';
import { NetworkScraper } from './scrapers/network.ts';
import { PagingScraper } from './scrapers/paging.ts';
import { type ProcessProblem, ProcessScraper, type ProcessSettings } from './scrapers/process.ts';
import { ProcessesScraper } from './scrapers/processes.ts';
import { SystemScraper } from './scrapers/system.ts';

/** A scraper and the metrics of it that are wanted. */
export interface ConfiguredScraper {
  readonly scraper: Scraper;
  isEnabled(definition: MetricDefinition): boolean;
}

/** One scraper for each that the configuration names. */
export function createScrapers(config: ScrapersConfig): readonly ConfiguredScraper[] {
  const configured: ConfiguredScraper[] = [];
  const add = <C extends { readonly metrics: MetricSwitches }>(
    section: C | undefined,
    create: (section: C) => Scraper,
  ): void => {
    if (section === undefined) return;
    configured.push({
      scraper: create(section),
      isEnabled: ({ name, enabledByDefault }) => section.metrics[name]?.enabled ?? enabledByDefault,
    });
  };
  add(config.cpu, () => new CpuScraper());
  add(config.memory, () => new MemoryScraper());
  add(config.load, ({ cpu_average: perCpu }) => new LoadScraper({ perCpu }));
  add(config.disk, ({ include, exclude }) => new DiskScraper(filter(include, exclude)));
  add(config.filesystem, (section) => new FilesystemScraper(filesystemSettings(section)));
  add(config.network, ({ include, exclude }) => new NetworkScraper(filter(include, exclude)));
  add(config.process, (section) => new ProcessScraper(processSettings(section)));
  add(config.processes, () => new ProcessesScraper());
  add(config.paging, () => new PagingScraper());
  add(config.system, () => new SystemScraper());
  return configured;
}

function filesystemSettings(config: FilesystemConfig) {
  return {
    devices: filter(config.include_devices, config.exclude_devices),
    types: filter(config.include_fs_types, config.exclude_fs_types),
    mountpoints: filter(config.include_mount_points, config.exclude_mount_points),
    includeVirtual: config.include_virtual_filesystems,
  };
}

function processSettings(config: ProcessConfig): ProcessSettings {
  const all = config.mute_process_all_errors;
  const flags: Readonly<Record<ProcessProblem, boolean>> = {
    io: all || config.mute_process_io_error,
    exe: all || config.mute_process_exe_error,
    user: all || config.mute_process_user_error,
    cgroup: all || config.mute_process_cgroup_error,
  };
  const problems: readonly ProcessProblem[] = ['io', 'exe', 'user', 'cgroup'];
  const attributes = Object.entries(config.resource_attributes);
  return {
    filter: filter(config.include, config.exclude),
    attributes: new Set(attributes.filter(([, { enabled }]) => enabled).map(([name]) => name)),
    isEnabled: ({ name, enabledByDefault }) => config.metrics[name]?.enabled ?? enabledByDefault,
    muted: new Set(problems.filter((problem) => flags[problem])),
    delayMs: config.scrape_process_delay,
  };
}

function filter(include: MatchConfig | undefined, exclude: MatchConfig | undefined): NameFilter {
  return nameFilter(patterns(include), patterns(exclude));
}

function patterns(config: MatchConfig | undefined): NamePatterns | undefined {
  return config === undefined ? undefined : { match: config.match_type, patterns: config.patterns };
}
