import {
  type BatchConfig,
  batchConfig,
  type RetryWaits,
  retryWaits,
  workersField,
} from '@sonde/delivery';
import { nullMeansDefaults } from '@sonde/pipeline';
import { z } from 'zod';

export interface BufferReceiverConfig {
  readonly directory: string;
  /** Names the reader: its positions are kept under this name. */
  readonly group: string;
  readonly batch: BatchConfig;
  readonly retry: RetryWaits;
  /** Threads that share the partitions, each with all that is behind the receiver. */
  readonly workers: number;
}

export const bufferReceiverConfig: z.ZodType<BufferReceiverConfig> = nullMeansDefaults(
  z.strictObject({
    directory: z.string().min(1, 'must name a folder'),
    group: z
      .string()
      .regex(/^[a-zA-Z0-9._-]{1,249}$/, 'must be letters, digits, dot, dash or underscore')
      .default('store'),
    batch: batchConfig,
    retry: retryWaits,
    workers: workersField,
  }),
);
