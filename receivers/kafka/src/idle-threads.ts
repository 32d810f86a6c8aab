import type { KafkaBuffer } from '@sonde/buffer';
import type { Logger } from '@sonde/pipeline';

/** Topics that are not there yet are looked for again after this. Milliseconds. */
const LOOK_AGAIN_MS = 10_000;

export interface IdleThreadsOptions {
  readonly buffer: Pick<KafkaBuffer, 'findTopic' | 'partitionCount'>;
  /** Names of all topics that the receiver reads. */
  readonly topics: readonly string[];
  readonly threads: number;
  readonly logger: Logger;
  readonly pause: (ms: number) => Promise<void>;
  readonly isOver: () => boolean;
}

/**
 * Warns once of more threads than all topics together have partitions: a partition is one thread's,
 * so that the others can never have work. Resolves when it is known, or over; never rejects.
 */
export async function warnOfIdleThreads(options: IdleThreadsOptions): Promise<void> {
  const { topics, threads, logger, pause, isOver } = options;
  while (!isOver()) {
    const partitions = await partitionsOf(options);
    if (partitions !== undefined) {
      if (partitions >= threads) return;
      logger.warn('There are more workers than partitions: some will have nothing to do.', {
        workers: threads,
        partitions,
        topics: topics.join(', '),
        mend: `workers: ${partitions}, or more partitions (kafka-topics.sh --alter)`,
      });
      return;
    }
    if (!isOver()) await pause(LOOK_AGAIN_MS);
  }
}

/** Of all topics; undefined while one is missing or no broker answers (which others tell of). */
async function partitionsOf({ buffer, topics }: IdleThreadsOptions): Promise<number | undefined> {
  let sum = 0;
  try {
    for (const topic of topics) {
      if (!(await buffer.findTopic(topic))) return undefined;
      sum += buffer.partitionCount(topic);
    }
  } catch {
    return undefined;
  }
  return sum;
}
