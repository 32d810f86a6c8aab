import type { Buffer, BufferRecord } from '@sonde/buffer';

/** Under this name a replay reads; it commits nothing. */
export const REPLAY_GROUP = 'sonde.replay';
const READ = { bytesMax: 4 * 1024 * 1024, recordsMax: 4096, waitMs: 1000 };

export interface PartitionOf {
  readonly topic: string;
  readonly partition: number;
}

export interface ReadPlace extends PartitionOf {
  /** `REPLAY_GROUP` where it is absent. */
  readonly group?: string;
}

type Read = Pick<Buffer, 'openReader' | 'state'>;

/** The records a partition has now, from `from` on, a read at a time. */
export async function* readPartition(
  buffer: Read,
  { topic, partition, group = REPLAY_GROUP }: ReadPlace,
  from = 0,
): AsyncGenerator<readonly BufferRecord[]> {
  const reader = await buffer.openReader(group, topic, partition);
  try {
    const end = endOf(buffer, { topic, partition });
    let at = from;
    while (at < end) {
      const records = await reader.read(at, READ);
      const last = records.at(-1);
      // What is left is lost: there is no record before the end.
      if (last === undefined) break;
      yield records;
      at = last.offset + 1;
    }
  } finally {
    await reader.close();
  }
}

/** Where the next record of a partition will lie, or before. */
export async function endOffset(buffer: Read, place: PartitionOf): Promise<number> {
  // A reader that is opened asks the broker; the embedded log knows.
  const reader = await buffer.openReader(REPLAY_GROUP, place.topic, place.partition);
  await reader.close();
  return endOf(buffer, place);
}

function endOf(buffer: Read, { topic, partition }: PartitionOf): number {
  const states = buffer.state();
  const state = states.find((one) => one.topic === topic && one.partition === partition);
  return state?.endOffset ?? 0;
}
