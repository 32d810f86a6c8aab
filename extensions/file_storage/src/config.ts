import { duration, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

/** Extension `file_storage`. */
export interface FileStorageConfig {
  /** Holds one file a component. */
  readonly directory: string;
  readonly createDirectory: boolean;
  /** Of a directory that is created. */
  readonly directoryMode: number;
  /** How long opening waits for another process to let go. Milliseconds. */
  readonly timeoutMs: number;
  /** A write is answered when it is on the disk, not only with the system. */
  readonly fsync: boolean;
  readonly compactOnStart: boolean;
  /** A file that cannot be read is put aside, and an empty one takes its place. */
  readonly recreate: boolean;
}

/** Keys that mend what Sonde's files have not: read, so that such a configuration works. */
const COMPACTION = z.strictObject({
  on_start: z.boolean().default(false),
  on_rebound: z.boolean().default(false),
  directory: z.string().default(''),
  rebound_needed_threshold_mib: z.int().min(0).default(100),
  rebound_trigger_threshold_mib: z.int().min(0).default(10),
  max_transaction_size: z.int().min(0).default(65_536),
  check_interval: duration('5s'),
  cleanup_on_start: z.boolean().default(false),
});

const MODE_PATTERN = /^0?[0-7]{3}$/;

export const FileStorageConfigSchema: z.ZodType<FileStorageConfig> = nullMeansDefaults(
  z
    .strictObject({
      directory: z
        .string()
        .min(1, 'directory must not be empty')
        .default('/var/lib/otelcol/file_storage'),
      create_directory: z.boolean().default(false),
      directory_permissions: z.string().default('0750'),
      timeout: duration('1s'),
      fsync: z.boolean().default(false),
      recreate: z.boolean().default(false),
      compaction: COMPACTION.prefault({}),
    })
    .superRefine((raw, context) => {
      if (raw.timeout < 0) refuseMeaning(context, { text: 'timeout must not be negative' });
      if (!MODE_PATTERN.test(raw.directory_permissions)) {
        refuseMeaning(context, {
          text: '`directory_permissions` value is invalid, must be an octal number',
          path: ['directory_permissions'],
          hint: 'write it as text, like "0750"',
        });
      }
    })
    .transform(
      (raw): FileStorageConfig => ({
        directory: raw.directory,
        createDirectory: raw.create_directory,
        directoryMode: Number.parseInt(raw.directory_permissions, 8),
        timeoutMs: raw.timeout,
        fsync: raw.fsync,
        compactOnStart: raw.compaction.on_start,
        recreate: raw.recreate,
      }),
    ),
);
