import { z } from 'zod';
import { duration } from './duration.ts';
import { refuseMeaning } from './refuse.ts';
import { section } from './section.ts';
import { textList } from './text-list.ts';

const SIZERS = ['requests', 'items', 'bytes'] as const;

/** Upstream's `exporterhelper` queue. Sizes are in units of `sizer`. */
export interface SendingQueueConfig {
  readonly numConsumers: number;
  readonly queueSize: number;
  readonly sizer: (typeof SIZERS)[number];
  readonly waitForResult: boolean;
  readonly blockOnOverflow: boolean;
  /** Id of a storage extension. */
  readonly storage: string | undefined;
  readonly batch: SendingBatchConfig | undefined;
}

export interface SendingBatchConfig {
  readonly flushTimeoutMs: number;
  readonly minSize: number;
  /** 0 is no limit. */
  readonly maxSize: number;
  readonly sizer: 'items' | 'bytes';
  readonly metadataKeys: readonly string[];
}

const BATCH = z.strictObject({
  flush_timeout: duration('200ms'),
  min_size: z.int().default(8192),
  max_size: z.int().default(0),
  sizer: z.enum(SIZERS).default('items'),
  partition: z.strictObject({ metadata_keys: textList() }).prefault({}),
});

type RawBatch = z.output<typeof BATCH>;

const BATCH_SCHEMA: z.ZodType<SendingBatchConfig> = BATCH.transform(
  (batch, context): SendingBatchConfig => {
    for (const text of batchProblems(batch)) refuseMeaning(context, { text });
    return {
      flushTimeoutMs: batch.flush_timeout,
      minSize: batch.min_size,
      maxSize: batch.max_size,
      sizer: batch.sizer === 'bytes' ? 'bytes' : 'items',
      metadataKeys: batch.partition.metadata_keys,
    };
  },
);

const QUEUE = z.strictObject({
  num_consumers: z.int().default(10),
  queue_size: z.int().default(1000),
  sizer: z.enum(SIZERS).default('requests'),
  wait_for_result: z.boolean().default(false),
  block_on_overflow: z.boolean().default(false),
  storage: z.string().optional(),
  batch: section(BATCH_SCHEMA, { absent: 'off' }),
});

/** The section `sending_queue`; undefined where it is off. On when absent. */
export function sendingQueue(): z.ZodPrefault<z.ZodType<SendingQueueConfig | undefined>> {
  const schema = QUEUE.superRefine((queue, context) => {
    for (const text of queueProblems(queue)) refuseMeaning(context, { text });
  }).transform(
    (queue): SendingQueueConfig => ({
      numConsumers: queue.num_consumers,
      queueSize: queue.queue_size,
      sizer: queue.sizer,
      waitForResult: queue.wait_for_result,
      blockOnOverflow: queue.block_on_overflow,
      storage: queue.storage,
      batch: queue.batch,
    }),
  );
  return section(schema, { absent: 'on' });
}

function queueProblems(queue: z.output<typeof QUEUE>): readonly string[] {
  const problems: string[] = [];
  if (queue.num_consumers <= 0) problems.push('`num_consumers` must be positive');
  if (queue.queue_size <= 0) problems.push('`queue_size` must be positive');
  if (queue.wait_for_result && queue.storage !== undefined) {
    problems.push(
      '`wait_for_result` is not supported with a persistent queue configured with `storage`',
    );
  }
  const { batch } = queue;
  if (batch !== undefined && batch.sizer === queue.sizer && batch.minSize > queue.queue_size) {
    problems.push('`min_size` must be less than or equal to `queue_size`');
  }
  return problems;
}

function batchProblems(batch: RawBatch): readonly string[] {
  const problems: string[] = [];
  if (batch.flush_timeout <= 0) problems.push('`flush_timeout` must be positive');
  if (batch.min_size < 0) problems.push('`min_size` must be non-negative');
  if (batch.max_size < 0) problems.push('`max_size` must be non-negative');
  if (batch.sizer === 'requests') {
    problems.push('`batch` supports only `items` or `bytes` sizer, found "requests"');
  }
  const { min_size: min, max_size: max } = batch;
  if (max > 0 && max < min) {
    problems.push(`\`max_size\` (${max}) must be greater or equal to \`min_size\` (${min})`);
  }
  const seen = new Set<string>();
  for (const key of batch.partition.metadata_keys) {
    const folded = key.toLowerCase();
    if (seen.has(folded)) {
      problems.push(`duplicate entry in metadata_keys: ${JSON.stringify(key)} (case-insensitive)`);
    }
    seen.add(folded);
  }
  return problems;
}
