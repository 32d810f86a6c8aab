import { KafkaBuffer, TOPICS } from '@sonde/buffer';

const SIGNAL_TOPICS = [TOPICS.traces, TOPICS.metrics, TOPICS.logs];
/** Who writes looks at its topics once a minute. */
const SEEN_WITHIN_MS = 150_000;
/** Of readers that only ask where a partition ends. */
const GROUP = 'drill';

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
  const buffer = await KafkaBuffer.open({ brokers });
  try {
    const added: { readonly topic: string; readonly partition: number }[] = [];
    for (const topic of SIGNAL_TOPICS) {
      for (let partition = buffer.partitionCount(topic); partition < count; partition += 1) {
        added.push({ topic, partition });
      }
      await buffer.createTopic(topic, { partitions: count });
    }
    const startMs = performance.now();
    while (performance.now() - startMs < SEEN_WITHIN_MS) {
      await sendMore();
      const ends: number[] = [];
      for (const { topic, partition } of added) ends.push(await endOf(buffer, topic, partition));
      if (ends.length === 0 || ends.includes(0)) continue;
      const recordsInNew = ends.reduce((sum, end) => sum + end, 0);
      return { writtenAfterMs: Math.round(performance.now() - startMs), recordsInNew };
    }
    throw new Error('nothing was written to the partitions that were added');
  } finally {
    await buffer.close();
  }
}

async function endOf(buffer: KafkaBuffer, topic: string, partition: number): Promise<number> {
  // A reader that is opened asks the broker.
  await (await buffer.openReader(GROUP, topic, partition)).close();
  const states = buffer.state();
  return states.find((one) => one.topic === topic && one.partition === partition)?.endOffset ?? 0;
}
