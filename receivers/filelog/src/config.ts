import type { GoRegexp } from '@sonde/go-regexp';
import {
  encoding,
  LOG_RECEIVER,
  type LogReceiverConfig,
  type MultilineFields,
  multiline,
  type OperatorSpec,
  operatorList,
  pattern,
  splitterProblem,
  type TextEncoding,
} from '@sonde/log-operators';
import {
  byteSize,
  duration,
  nullMeansDefaults,
  refuseMeaning,
  refuseReading,
  textList,
} from '@sonde/pipeline';
import { z } from 'zod';
import { type GlobPattern, parseGlob } from './glob/glob-pattern.ts';
import { GlobError } from './glob/segment.ts';
import { FINGERPRINT_BYTES_MAX, LOG_BYTES_MAX, PATTERNS_MAX } from './limits.ts';
import { type OrderingConfig, orderingCriteria } from './ordering-config.ts';

export interface HeaderConfig {
  readonly pattern: GoRegexp;
  readonly metadata_operators: readonly OperatorSpec[];
}

export interface FilelogConfig extends LogReceiverConfig {
  readonly include: readonly GlobPattern[];
  readonly exclude: readonly GlobPattern[];
  /** Milliseconds; 0 for any age. */
  readonly exclude_older_than: number;
  readonly ordering_criteria: OrderingConfig | undefined;
  readonly start_at: 'beginning' | 'end';
  /** Milliseconds. */
  readonly poll_interval: number;
  /** Bytes. */
  readonly fingerprint_size: number;
  readonly initial_buffer_size: number;
  readonly max_log_size: number;
  readonly max_concurrent_files: number;
  /** 0 for no limit. */
  readonly max_batches: number;
  readonly encoding: TextEncoding;
  readonly multiline: MultilineFields;
  /** Milliseconds; 0 for never. */
  readonly force_flush_period: number;
  readonly preserve_leading_whitespaces: boolean;
  readonly preserve_trailing_whitespaces: boolean;
  readonly include_file_name: boolean;
  readonly include_file_path: boolean;
  readonly include_file_name_resolved: boolean;
  readonly include_file_path_resolved: boolean;
  readonly include_file_owner_name: boolean;
  readonly include_file_owner_group_name: boolean;
  /** Ours: folders `key=value` of a path are attributes of the resource. */
  readonly include_path_resource: boolean;
  readonly include_file_record_number: boolean;
  readonly include_file_record_offset: boolean;
  readonly delete_after_read: boolean;
  readonly compression: '' | 'gzip' | 'auto';
  readonly header?: HeaderConfig | undefined;
  /** Id of a storage extension. */
  readonly storage?: string | undefined;
}

const FINGERPRINT_BYTES_MIN = 16;
const POLL_MS_MIN = 1;
const POLL_MS_MAX = 2 ** 31 - 1;

function globs(key: 'include' | 'exclude'): z.ZodType<readonly GlobPattern[]> {
  return textList().transform((texts, context): readonly GlobPattern[] => {
    if (texts.length > PATTERNS_MAX) {
      refuseMeaning(context, { text: `more than ${PATTERNS_MAX} patterns` });
      return z.NEVER;
    }
    return texts.flatMap((text) => {
      try {
        return parseGlob(text);
      } catch (error) {
        if (!(error instanceof GlobError)) throw error;
        refuseMeaning(context, { text: `${key}: ${error.message}`, hint: JSON.stringify(text) });
        return [];
      }
    });
  });
}

const header: z.ZodType<HeaderConfig> = z.strictObject({
  pattern: pattern(),
  metadata_operators: operatorList(),
});

function startAt(): z.ZodType<'beginning' | 'end'> {
  return z
    .string()
    .prefault('end')
    .transform((value, context) => {
      if (value === 'beginning' || value === 'end') return value;
      refuseMeaning(context, { text: `invalid start_at location '${value}'` });
      return z.NEVER;
    });
}

/** Keys that upstream has and that do nothing here: refused unless they say so themselves. */
function unsupported(allowed: unknown, hint: string): z.ZodOptional<z.ZodType<undefined>> {
  return z
    .unknown()
    .transform((value, context): undefined => {
      if (value === undefined || value === null || value === allowed) return undefined;
      refuseReading(context, { text: 'is not supported', hint });
      return z.NEVER;
    })
    .optional();
}

const SWITCH: z.ZodType<boolean> = z.boolean().default(false);

const fields = z.strictObject({
  ...LOG_RECEIVER,
  include: globs('include'),
  exclude: globs('exclude'),
  exclude_older_than: duration('0s'),
  ordering_criteria: orderingCriteria(),
  start_at: startAt(),
  poll_interval: duration('200ms'),
  fingerprint_size: byteSize('1kb'),
  initial_buffer_size: byteSize('16KiB'),
  max_log_size: byteSize('1MiB'),
  max_concurrent_files: z.int().default(1024),
  max_batches: z.int().default(0),
  encoding: encoding(),
  multiline: multiline(),
  force_flush_period: duration('500ms'),
  preserve_leading_whitespaces: SWITCH,
  preserve_trailing_whitespaces: SWITCH,
  include_file_name: z.boolean().default(true),
  include_file_path: SWITCH,
  include_file_name_resolved: SWITCH,
  include_file_path_resolved: SWITCH,
  include_file_owner_name: SWITCH,
  include_file_owner_group_name: SWITCH,
  include_path_resource: SWITCH,
  include_file_record_number: SWITCH,
  include_file_record_offset: SWITCH,
  delete_after_read: SWITCH,
  compression: z.enum(['', 'gzip', 'auto']).default(''),
  header: header.optional(),
  storage: z.string().optional(),
  acquire_fs_lock: unsupported(false, 'files are read without locks'),
  polls_to_archive: unsupported(0, 'files that went away stay known up to a fixed number'),
  include_file_permissions: unsupported(false, 'leave it out'),
  max_log_size_behavior: unsupported('split', 'what is longer is split'),
});

type Fields = z.output<typeof fields>;
type Context = Parameters<typeof refuseMeaning>[0];

/** Upstream's configuration, with its defaults and texts. */
export const filelogConfig: z.ZodType<FilelogConfig> = nullMeansDefaults(
  fields.superRefine((config, context) => {
    checkSizes(config, context);
    checkCombinations(config, context);
  }),
);

function checkSizes(config: Fields, context: Context): void {
  const check = (holds: boolean, text: string): void => {
    if (!holds) refuseMeaning(context, { text });
  };
  check(config.max_log_size > 0, '`max_log_size` must be positive');
  check(config.max_log_size <= LOG_BYTES_MAX, `\`max_log_size\` must be at most ${LOG_BYTES_MAX}`);
  check(config.max_concurrent_files > 1, '`max_concurrent_files` must be greater than 1');
  check(
    config.fingerprint_size >= FINGERPRINT_BYTES_MIN,
    `\`fingerprint_size\` must be at least ${FINGERPRINT_BYTES_MIN} bytes`,
  );
  check(
    config.fingerprint_size <= FINGERPRINT_BYTES_MAX,
    `\`fingerprint_size\` must be at most ${FINGERPRINT_BYTES_MAX} bytes`,
  );
  check(config.max_batches >= 0, '`max_batches` must not be negative');
  check(
    config.poll_interval >= POLL_MS_MIN && config.poll_interval <= POLL_MS_MAX,
    '`poll_interval` must be positive',
  );
  check(config.force_flush_period >= 0, '`force_flush_period` must not be negative');
}

function checkCombinations(config: Fields, context: Context): void {
  if (config.include.length === 0) {
    refuseMeaning(context, {
      text: "'include' must be specified",
      hint: 'include: [/var/log/*.log]',
    });
  }
  const problem = splitterProblem(config);
  if (problem !== undefined) refuseMeaning(context, { text: problem, path: ['multiline'] });
  if (config.start_at === 'beginning') return;
  if (config.delete_after_read) {
    refuseMeaning(context, { text: '`delete_after_read` cannot be used with `start_at: end`' });
  }
  if (config.header !== undefined) {
    refuseMeaning(context, { text: '`header` cannot be specified with `start_at: end`' });
  }
}
