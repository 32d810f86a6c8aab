import { randomUUID } from 'node:crypto';
import type { BufferRecord, KafkaBuffer } from '@sonde/buffer';

/** Everything in a partition of a topic. */
export async function readRecords(
  buffer: KafkaBuffer,
  topic: string,
  partition: number,
): Promise<readonly BufferRecord[]> {
  const reader = await buffer.openReader(`check-${randomUUID()}`, topic, partition);
  const records: BufferRecord[] = [];
  for (;;) {
    const from = (records.at(-1)?.offset ?? -1) + 1;
    const some = await reader.read(from, { bytesMax: 1 << 24, recordsMax: 1000, waitMs: 0 });
    if (some.length === 0) break;
    records.push(...some);
  }
  await reader.close();
  return records;
}
