import { duration, nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { z } from 'zod';

export interface BatchConfig {
  /** Since the first request of a batch came. Milliseconds; 0 sends at once. */
  readonly timeout: number;
  /** Items at which a batch is sent. */
  readonly send_batch_size: number;
  /** Items of one batch at the most; 0 is no limit. */
  readonly send_batch_max_size: number;
  /** Headers of the client by which batches are kept apart. */
  readonly metadata_keys: readonly string[];
  readonly metadata_cardinality_limit: number;
}

export const batchConfig: z.ZodType<BatchConfig> = nullMeansDefaults(
  z
    .strictObject({
      timeout: duration('200ms'),
      send_batch_size: z.int().min(0).default(8192),
      send_batch_max_size: z.int().min(0).default(0),
      metadata_keys: textList(),
      metadata_cardinality_limit: z.int().min(0).default(1000),
    })
    .superRefine((config, context) => {
      for (const text of problemsOf(config)) refuseMeaning(context, { text });
    }),
);

/** What the Collector's exporters wait for an answer, the shortest of what is in wide use. */
const SENDER_WAITS_MS = 5000;

/** What to tell who lets senders wait longer than many of them do; undefined of nobody. */
export function impatientSenders({ timeout }: BatchConfig): string | undefined {
  if (timeout < SENDER_WAITS_MS) return undefined;
  return (
    'Senders wait for `timeout`, since a batch is answered when it was handed on: many give up ' +
    'after 5s and send again. Make it shorter, or batch in the exporter ' +
    '(`sending_queue` with `batch`).'
  );
}

function problemsOf(config: BatchConfig): readonly string[] {
  const problems: string[] = [];
  const { send_batch_size: size, send_batch_max_size: max } = config;
  if (max > 0 && max < size) {
    problems.push('send_batch_max_size must be greater or equal to send_batch_size');
  }
  const seen = new Set<string>();
  for (const key of config.metadata_keys) {
    const folded = key.toLowerCase();
    if (seen.has(folded)) {
      problems.push(
        `duplicate entry in metadata_keys: ${JSON.stringify(folded)} (case-insensitive)`,
      );
    }
    seen.add(folded);
  }
  if (config.timeout < 0) problems.push('timeout must be greater or equal to 0');
  return problems;
}
