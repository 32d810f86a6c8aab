import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import {
  duration,
  nullMeansDefaults,
  refuseMeaning,
  refuseReading,
  textList,
} from '@sonde/pipeline';
import { z } from 'zod';
import { PATTERN_LENGTH_MAX, PATTERNS_MAX } from './limits.ts';
import { METRIC_NAMES, type ScraperName, UPSTREAM_METRIC_NAMES } from './metric-names.ts';

/** `metrics: {system.cpu.utilization: {enabled: false}}`. */
export type MetricSwitches = Readonly<Record<string, { readonly enabled: boolean }>>;

interface ScraperConfig {
  readonly metrics: MetricSwitches;
}

export interface MatchConfig {
  readonly match_type: 'strict' | 'regexp';
  readonly patterns: readonly string[];
  /** The key below which the patterns were written. */
  readonly key: 'devices' | 'interfaces' | 'fs_types' | 'mount_points' | 'names';
}

export interface LoadConfig extends ScraperConfig {
  readonly cpu_average: boolean;
}

export interface DiskConfig extends ScraperConfig {
  readonly include?: MatchConfig | undefined;
  readonly exclude?: MatchConfig | undefined;
}

export interface NetworkConfig extends ScraperConfig {
  readonly include?: MatchConfig | undefined;
  readonly exclude?: MatchConfig | undefined;
}

export interface FilesystemConfig extends ScraperConfig {
  readonly include_devices?: MatchConfig | undefined;
  readonly exclude_devices?: MatchConfig | undefined;
  readonly include_fs_types?: MatchConfig | undefined;
  readonly exclude_fs_types?: MatchConfig | undefined;
  readonly include_mount_points?: MatchConfig | undefined;
  readonly exclude_mount_points?: MatchConfig | undefined;
  readonly include_virtual_filesystems: boolean;
}

/** Durations in milliseconds. */
export interface ProcessConfig extends ScraperConfig {
  readonly include?: MatchConfig | undefined;
  readonly exclude?: MatchConfig | undefined;
  readonly mute_process_all_errors: boolean;
  readonly mute_process_io_error: boolean;
  readonly mute_process_exe_error: boolean;
  readonly mute_process_user_error: boolean;
  readonly mute_process_cgroup_error: boolean;
  readonly scrape_process_delay: number;
  /** By the attribute's name. */
  readonly resource_attributes: Readonly<Record<string, { readonly enabled: boolean }>>;
}

/** A scraper that is not named does not run. */
export interface ScrapersConfig {
  readonly cpu?: ScraperConfig | undefined;
  readonly memory?: ScraperConfig | undefined;
  readonly load?: LoadConfig | undefined;
  readonly disk?: DiskConfig | undefined;
  readonly filesystem?: FilesystemConfig | undefined;
  readonly network?: NetworkConfig | undefined;
  readonly process?: ProcessConfig | undefined;
  readonly processes?: ScraperConfig | undefined;
  readonly paging?: ScraperConfig | undefined;
  readonly system?: ScraperConfig | undefined;
}

export interface HostMetricsConfig {
  /** Milliseconds. */
  readonly collection_interval: number;
  /** Milliseconds. */
  readonly initial_delay: number;
  /** Where the host's root is mounted; empty for the root itself. */
  readonly root_path: string;
  readonly scrapers: ScrapersConfig;
}

/** The switches of a scraper's metrics; a name that is none of them is refused. */
function metricsOf(scraper: ScraperName): z.ZodPrefault<z.ZodType<MetricSwitches>> {
  const own = METRIC_NAMES[scraper];
  const upstream = UPSTREAM_METRIC_NAMES[scraper] ?? [];
  const on = z.strictObject({ enabled: z.boolean().default(true) });
  const off = on.superRefine(({ enabled }, context) => {
    if (!enabled) return;
    refuseMeaning(context, {
      text: 'a metric of the Collector that Sonde does not have',
      hint: `Sonde has ${own.join(', ')}`,
    });
  });
  return z
    .strictObject({
      ...Object.fromEntries(own.map((name) => [name, on.optional()])),
      ...Object.fromEntries(upstream.map((name) => [name, off.optional()])),
    })
    .transform((switches): MetricSwitches => {
      return Object.fromEntries(
        Object.entries(switches).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, value]],
        ),
      );
    })
    .prefault({});
}

const matchType = z.enum(['strict', 'regexp']);

const devices: Match = match(
  z
    .strictObject({ match_type: matchType, devices: textList() })
    .transform(({ match_type, devices: patterns }) => ({ match_type, patterns, key: 'devices' })),
);

const interfaces: Match = match(
  z
    .strictObject({ match_type: matchType, interfaces: textList() })
    .transform(({ match_type, interfaces: patterns }) => ({
      match_type,
      patterns,
      key: 'interfaces',
    })),
);

const fsTypes: Match = match(
  z
    .strictObject({ match_type: matchType, fs_types: textList() })
    .transform(({ match_type, fs_types: patterns }) => ({ match_type, patterns, key: 'fs_types' })),
);

const mountPoints: Match = match(
  z
    .strictObject({ match_type: matchType, mount_points: textList() })
    .transform(({ match_type, mount_points: patterns }) => ({
      match_type,
      patterns,
      key: 'mount_points',
    })),
);

const names: Match = match(
  z
    .strictObject({ match_type: matchType, names: textList() })
    .transform(({ match_type, names: patterns }) => ({ match_type, patterns, key: 'names' })),
);

type Match = z.ZodOptional<z.ZodType<MatchConfig>>;

function match(schema: z.ZodType<MatchConfig>): Match {
  return schema.superRefine(checkPatterns).optional();
}

function plain(scraper: ScraperName): z.ZodType<ScraperConfig> {
  return z.strictObject({ metrics: metricsOf(scraper) });
}

const load: z.ZodType<LoadConfig> = z.strictObject({
  metrics: metricsOf('load'),
  cpu_average: z.boolean().default(false),
});

const disk: z.ZodType<DiskConfig> = z.strictObject({
  metrics: metricsOf('disk'),
  include: devices,
  exclude: devices,
});

const network: z.ZodType<NetworkConfig> = z.strictObject({
  metrics: metricsOf('network'),
  include: interfaces,
  exclude: interfaces,
});

const filesystem: z.ZodType<FilesystemConfig> = z.strictObject({
  metrics: metricsOf('filesystem'),
  include_devices: devices,
  exclude_devices: devices,
  include_fs_types: fsTypes,
  exclude_fs_types: fsTypes,
  include_mount_points: mountPoints,
  exclude_mount_points: mountPoints,
  include_virtual_filesystems: z.boolean().default(false),
});

/** Upstream's attributes of a process, and whether they are on. */
const PROCESS_ATTRIBUTES: Readonly<Record<string, boolean>> = {
  'process.pid': true,
  'process.parent_pid': true,
  'process.executable.name': true,
  'process.executable.path': true,
  'process.command': true,
  'process.command_line': true,
  'process.owner': true,
  'process.cgroup': false,
};

const processAttributes: ProcessAttributes = z
  .strictObject(
    Object.fromEntries(
      Object.entries(PROCESS_ATTRIBUTES).map(([name, enabled]) => [
        name,
        z.strictObject({ enabled: z.boolean().default(enabled) }).prefault({}),
      ]),
    ),
  )
  .prefault({});

type ProcessAttributes = z.ZodType<ProcessConfig['resource_attributes']>;

const process: z.ZodType<ProcessConfig> = z.strictObject({
  metrics: metricsOf('process'),
  resource_attributes: processAttributes,
  include: names,
  exclude: names,
  mute_process_all_errors: z.boolean().default(false),
  // Names are in files that everybody may read.
  mute_process_name_error: z.boolean().default(false),
  mute_process_io_error: z.boolean().default(false),
  mute_process_exe_error: z.boolean().default(false),
  mute_process_user_error: z.boolean().default(false),
  mute_process_cgroup_error: z.boolean().default(false),
  scrape_process_delay: duration('0s'),
});

const SCRAPERS = {
  cpu: orNull(plain('cpu')),
  memory: orNull(plain('memory')),
  load: orNull(load),
  disk: orNull(disk),
  filesystem: orNull(filesystem),
  network: orNull(network),
  process: orNull(process),
  processes: orNull(plain('processes')),
  paging: orNull(plain('paging')),
  system: orNull(plain('system')),
};

/** A scraper with null (`cpu:`) runs with its defaults; an absent one does not run. */
function orNull<C>(scraper: z.ZodType<C>): z.ZodOptional<z.ZodType<C>> {
  return nullMeansDefaults(scraper).optional();
}

function checkPatterns(config: MatchConfig, context: z.core.$RefinementCtx): void {
  const path = [config.key];
  if (config.patterns.length > PATTERNS_MAX) {
    refuseMeaning(context, { text: `more than ${PATTERNS_MAX} patterns`, path });
  }
  if (config.match_type === 'strict') return;
  for (const pattern of config.patterns) {
    const fault = faultOf(pattern);
    if (fault !== undefined) refuseMeaning(context, { text: fault, path });
  }
}

/** What is wrong with a regular expression, in Go's words. */
function faultOf(pattern: string): string | undefined {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    return `a pattern is longer than ${PATTERN_LENGTH_MAX} characters`;
  }
  try {
    new GoRegexp(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof GoRegexpError) return error.message;
    throw error;
  }
}

/** Longer waits are beyond the clock of timers. Milliseconds: some 24 days. */
const INTERVAL_MS_MAX = 2 ** 31 - 1;

const scrapers: z.ZodType<ScrapersConfig> = z
  .looseObject(SCRAPERS)
  .superRefine((value, context) => {
    for (const key of Object.keys(value)) {
      if (key in SCRAPERS) continue;
      refuseReading(context, {
        // At the section: the engine takes a null at an issue's own path for "leave the default".
        text: `invalid scraper key: ${key}`,
        hint: `Sonde has ${Object.keys(SCRAPERS).join(', ')}`,
      });
    }
  });

/** Upstream's configuration, with its defaults. */
export const hostMetricsConfig: z.ZodType<HostMetricsConfig> = nullMeansDefaults(
  z
    .strictObject({
      collection_interval: duration('1m'),
      initial_delay: duration('1s'),
      root_path: z.string().default(''),
      scrapers: nullMeansDefaults(scrapers),
    })
    .superRefine((config, context) => {
      const { collection_interval: interval, initial_delay: delay } = config;
      if (interval <= 0 || interval > INTERVAL_MS_MAX) {
        refuseMeaning(context, { text: '"collection_interval": requires positive value' });
      }
      if (delay < 0 || delay > INTERVAL_MS_MAX) {
        refuseMeaning(context, { text: '"initial_delay": requires zero or a positive value' });
      }
      if (Object.keys(config.scrapers).length === 0) {
        refuseMeaning(context, {
          text: 'must specify at least one scraper when using host_metrics receiver',
          hint: 'write scrapers: {cpu: , memory: }',
        });
      }
    }),
);
