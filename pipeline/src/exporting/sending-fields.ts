import type { z } from 'zod';
import { duration } from '../config/fields/duration.ts';
import { refuseMeaning } from '../config/fields/refuse.ts';
import { type RetryConfig, retryOnFailure } from '../config/fields/retry-on-failure.ts';
import { type SendingQueueConfig, sendingQueue } from '../config/fields/sending-queue.ts';

/** The keys of every exporter that sends. */
export interface SendingConfig {
  /** Undefined: off, the caller waits until the data was sent. */
  readonly sending_queue: SendingQueueConfig | undefined;
  /** Undefined: off. */
  readonly retry_on_failure: RetryConfig | undefined;
  /** Of one attempt, milliseconds; 0 is no limit. */
  readonly timeout: number;
}

/** The fields of a schema, by the configuration that they make. */
export type FieldsOf<C> = { readonly [K in keyof C]: z.ZodType<C[K]> };

/** Fields for the exporter's `z.strictObject`; `timeout` is the default of that exporter. */
export function sendingFields({ timeout }: { readonly timeout: string }): FieldsOf<SendingConfig> {
  return {
    sending_queue: sendingQueue(),
    retry_on_failure: retryOnFailure(),
    timeout: duration(timeout).superRefine((ms, context) => {
      if (ms < 0) refuseMeaning(context, { text: "'timeout' must be non-negative" });
    }),
  };
}
