import { TOPICS } from '@sonde/buffer';
import { Kafka, logLevel } from 'kafkajs';

const SIGNAL_TOPICS = [TOPICS.traces, TOPICS.metrics, TOPICS.logs];
/** Who writes looks at its topics once a minute. */
const SEEN_WITHIN_MS = 150_000;

export interface PartitionsAdded {
  /** How long it took until each of the new ones had records. Milliseconds. */
  readonly writtenAfterMs: number;
  /** Records in the new ones then. */
  readonly recordsInNew: number;
}

/**
 * Gives the topics of traces, metrics and logs partitions up to `count`, then calls `sendMore` until
 * there are records in each of the new ones. Rejects when that does not come.
 */
export async function addPartitions(
  brokers: readonly string[],
  count: number,
  sendMore: () => Promise<void>,
): Promise<PartitionsAdded> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const ends = async (): Promise<Map<string, number>> => {
    const all = new Map<string, number>();
    for (const topic of SIGNAL_TOPICS) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        all.set(`${topic}/${partition}`, Number(high));
      }
    }
    return all;
  };
  try {
    const before = await ends();
    const topicPartitions = SIGNAL_TOPICS.map((topic) => ({ topic, count }));
    await admin.createPartitions({ topicPartitions });
    const startMs = performance.now();
    while (performance.now() - startMs < SEEN_WITHIN_MS) {
      await sendMore();
      const added = [...(await ends())].filter(([name]) => !before.has(name));
      const isWritten = added.length > 0 && added.every(([, end]) => end > 0);
      if (!isWritten) continue;
      const recordsInNew = added.reduce((sum, [, end]) => sum + end, 0);
      return { writtenAfterMs: Math.round(performance.now() - startMs), recordsInNew };
    }
    throw new Error('nothing was written to the partitions that were added');
  } finally {
    await admin.disconnect();
  }
}
