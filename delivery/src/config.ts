import { byteSize, duration, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

/** The section `batch` of a receiver that reads a buffer. */
export interface BatchConfig {
  /** Spans, log records or data points. */
  readonly items_max: number;
  readonly bytes_max: number;
  /** From the first record on. Milliseconds. */
  readonly timeout: number;
}

/** Waiting between tries of a range that could not be delivered for now; it never gives up. */
export interface RetryWaits {
  /** Milliseconds. */
  readonly initial_interval: number;
  readonly max_interval: number;
}

/** One batch becomes one insert a table. */
const ITEMS_MAX = 1_000_000;
const BYTES_MAX: number = 512 * 1024 * 1024;
const TIMEOUT_MS_MAX = 60_000;
const INTERVAL_MS_MAX = 3_600_000;
const WORKERS_MAX = 64;

/** `workers`: threads that a receiver's partitions are shared out to. */
export const workersField: z.ZodType<number> = z.int().min(1).max(WORKERS_MAX).default(1);

export const batchConfig: z.ZodType<BatchConfig> = nullMeansDefaults(
  z
    .strictObject({
      items_max: z.int().min(1).max(ITEMS_MAX).default(100_000),
      bytes_max: byteSize('64MiB'),
      timeout: duration('1s'),
    })
    .superRefine(({ bytes_max: bytes, timeout }, context) => {
      if (bytes < 1 || bytes > BYTES_MAX) {
        refuseMeaning(context, { text: 'must be between 1 and 512MiB', path: ['bytes_max'] });
      }
      if (timeout < 0 || timeout > TIMEOUT_MS_MAX) {
        refuseMeaning(context, { text: 'must be between 0s and 1m', path: ['timeout'] });
      }
    }),
);

export const retryWaits: z.ZodType<RetryWaits> = nullMeansDefaults(
  z
    .strictObject({ initial_interval: duration('1s'), max_interval: duration('30s') })
    .superRefine(({ initial_interval: initial, max_interval: max }, context) => {
      if (initial <= 0) {
        refuseMeaning(context, { text: 'must be positive', path: ['initial_interval'] });
      }
      if (max < initial || max > INTERVAL_MS_MAX) {
        const text = 'must be between initial_interval and 1h';
        refuseMeaning(context, { text, path: ['max_interval'] });
      }
    }),
);
