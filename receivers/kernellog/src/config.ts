import { LOG_RECEIVER, type LogReceiverConfig } from '@sonde/log-operators';
import { duration, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { POLL_MS_MAX, POLL_MS_MIN } from './limits.ts';

export interface KernelLogConfig extends LogReceiverConfig {
  readonly path: string;
  readonly start_at: string;
  /** Milliseconds between two looks. */
  readonly poll_interval: number;
  /** Id of a storage extension. */
  readonly storage?: string | undefined;
}

const fields = z.strictObject({
  ...LOG_RECEIVER,
  path: z.string().min(1).default('/dev/kmsg'),
  start_at: z.string().default('end'),
  poll_interval: duration('1s'),
  storage: z.string().optional(),
});

/** What a user writes, with its defaults. */
export const kernelLogConfig: z.ZodType<KernelLogConfig> = nullMeansDefaults(
  fields.superRefine(({ start_at: startAt, poll_interval: pollMs }, context) => {
    if (startAt !== 'end' && startAt !== 'beginning') {
      refuseMeaning(context, { text: `invalid value '${startAt}' for parameter 'start_at'` });
    }
    if (pollMs < POLL_MS_MIN || pollMs > POLL_MS_MAX) {
      const text = `'poll_interval' must be from ${POLL_MS_MIN}ms to ${POLL_MS_MAX / 1000}s`;
      refuseMeaning(context, { text, path: ['poll_interval'] });
    }
  }),
);
