import { duration, type IssueSink, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

export interface RotationConfig {
  /** A file is not longer than so many times 1,048,576 bytes. */
  readonly max_megabytes: number;
  /** Old files older than so many times 24 hours are removed; 0 keeps them. */
  readonly max_days: number;
  /** Old files that stay; 0 keeps all. */
  readonly max_backups: number;
  /** Names of old files have local time instead of UTC. */
  readonly localtime: boolean;
}

export interface GroupByConfig {
  readonly enabled: boolean;
  readonly resource_attribute: string;
  readonly max_open_files: number;
}

export interface FileConfig {
  readonly path: string;
  readonly append: boolean;
  readonly rotation?: RotationConfig | undefined;
  readonly format: 'json' | 'proto';
  readonly compression: '' | 'zstd';
  /** The library's, 1 to 22; 0 is its default. */
  readonly compression_level: number;
  /** Milliseconds. Nothing waits for it here: what was taken is in the file. */
  readonly flush_interval: number;
  readonly create_directory: boolean;
  /** Permission bits of folders that are made. */
  readonly directory_permissions: number;
  readonly group_by: GroupByConfig;
}

/** Upstream takes levels beyond either end for the end. */
const ZSTD_LEVEL_MAX = 22;

const DIRECTORY_PERMISSIONS = '0755';
const PERMISSION_BITS = 0o777;

const rotation = z
  .strictObject({
    max_megabytes: z.int().min(0).default(0),
    max_days: z.int().min(0).default(0),
    max_backups: z.int().min(0).default(100),
    localtime: z.boolean().default(false),
  })
  .transform(
    (given): RotationConfig => ({ ...given, max_megabytes: given.max_megabytes || MEGABYTES }),
  );

/** What 0 and nothing stand for. */
const MEGABYTES = 100;

const groupBy = z.strictObject({
  enabled: z.boolean().default(false),
  resource_attribute: z.string().default('fileexporter.path_segment'),
  max_open_files: z.int().min(1).default(100),
});

/** A path is required. */
export const fileConfig: z.ZodType<FileConfig> = nullMeansDefaults(
  z
    .strictObject({
      path: z.string().default(''),
      append: z.boolean().default(false),
      // Present and empty is on with its defaults, absent is off.
      rotation: z.preprocess((raw) => raw ?? {}, rotation).optional(),
      format: z.string().default('json'),
      encoding: z.string().optional(),
      compression: z.string().default(''),
      compression_params: z.strictObject({ level: z.int().default(0) }).prefault({}),
      flush_interval: duration('1s'),
      create_directory: z.boolean().default(false),
      directory_permissions: z.string().default(''),
      group_by: groupBy.prefault({}),
    })
    .superRefine((config, context) => {
      checkFile(config, context);
      checkUnsupported(config, context);
      checkGroups(config, context);
      checkDirectory(config, context);
    })
    .transform(
      ({ encoding: _, compression_params: { level }, ...config }): FileConfig => ({
        ...config,
        format: config.format === 'proto' ? 'proto' : 'json',
        compression: config.compression === 'zstd' ? 'zstd' : '',
        compression_level: level === 0 ? 0 : Math.min(Math.max(level, 1), ZSTD_LEVEL_MAX),
        directory_permissions: Number.parseInt(
          config.directory_permissions || DIRECTORY_PERMISSIONS,
          8,
        ),
      }),
    ),
);

interface Given {
  readonly path: string;
  readonly append: boolean;
  readonly rotation?: RotationConfig | undefined;
  readonly format: string;
  readonly encoding?: string | undefined;
  readonly compression: string;
  readonly flush_interval: number;
  readonly create_directory: boolean;
  readonly directory_permissions: string;
  readonly group_by: GroupByConfig;
}

function checkFile(given: Given, sink: IssueSink): void {
  if (given.path === '') refuseMeaning(sink, { text: 'path must be non-empty', path: ['path'] });
  if (given.append && given.rotation !== undefined) {
    refuseMeaning(sink, {
      text: 'append and rotation enabled at the same time is not supported',
      hint: 'a file with rotation is appended to anyway: leave append out',
    });
  }
  if (given.format !== 'json' && given.format !== 'proto') {
    refuseMeaning(sink, { text: 'format type is not supported', path: ['format'] });
  }
  if (given.compression !== '' && given.compression !== 'zstd') {
    refuseMeaning(sink, { text: 'compression is not supported', path: ['compression'] });
  }
  if (given.flush_interval < 0) {
    refuseMeaning(sink, {
      text: 'flush_interval must be larger than zero',
      path: ['flush_interval'],
    });
  }
}

function checkUnsupported(given: Given, sink: IssueSink): void {
  if (given.encoding !== undefined) {
    refuseMeaning(sink, {
      text: `unknown encoding ${JSON.stringify(given.encoding)}`,
      path: ['encoding'],
      hint: 'Sonde has no encoding extensions; write format: json or format: proto',
    });
  }
}

function checkGroups({ group_by: groups, path }: Given, sink: IssueSink): void {
  if (!groups.enabled) return;
  const parts = path.split('*');
  const refuse = (text: string, key: string): void => {
    refuseMeaning(sink, { text: `${text} when group_by is enabled`, path: [key] });
  };
  if (parts.length !== 2) refuse('path must contain exactly one *', 'path');
  else if (parts[0] === '') refuse('path must not start with *', 'path');
  if (groups.resource_attribute === '') refuse('resource_attribute must not be empty', 'group_by');
}

function checkDirectory(given: Given, sink: IssueSink): void {
  const text = given.directory_permissions;
  if (text === '') return;
  const refuse = (reason: string): void => {
    refuseMeaning(sink, { text: reason, path: ['directory_permissions'] });
  };
  if (!given.create_directory) {
    refuse('directory_permissions requires create_directory to be true');
  } else if (!/^[0-7]{1,11}$/.test(text)) {
    refuse('directory_permissions value must be a valid octal representation');
  } else if (Number.parseInt(text, 8) > PERMISSION_BITS) {
    refuse('directory_permissions contain invalid bits for file access');
  }
}
