import { type Buffer, type NewRecord, REPLAY_HEADERS, TOPICS } from '@sonde/buffer';
import { readPartition } from './topic-reading.ts';

/** What is known of a letter that was put back, or nearly. */
export type Mark = { readonly state: 'done' } | { readonly state: 'begun'; readonly from: number };

/** Marks by a letter's id. */
export async function readMarks(buffer: Buffer): Promise<Map<string, Mark>> {
  await buffer.createTopic(TOPICS.replays, { partitions: 1 });
  const marks = new Map<string, Mark>();
  for await (const records of readPartition(buffer, { topic: TOPICS.replays, partition: 0 })) {
    for (const { headers } of records) {
      const id = headers[REPLAY_HEADERS.letter] ?? '';
      const from = Number(headers[REPLAY_HEADERS.from] ?? 0);
      if (headers[REPLAY_HEADERS.state] === 'done') marks.set(id, { state: 'done' });
      else if (!marks.has(id)) marks.set(id, { state: 'begun', from });
    }
  }
  return marks;
}

/** Durable when it resolves. */
export async function writeMarks(buffer: Buffer, marks: ReadonlyMap<string, Mark>): Promise<void> {
  if (marks.size === 0) return;
  const records = [...marks].map(([id, mark]) => toRecord(id, mark));
  await buffer.append(TOPICS.replays, 0, records);
}

function toRecord(id: string, mark: Mark): NewRecord {
  const headers = {
    [REPLAY_HEADERS.letter]: id,
    [REPLAY_HEADERS.state]: mark.state,
    ...(mark.state === 'begun' ? { [REPLAY_HEADERS.from]: String(mark.from) } : {}),
  };
  return { value: new Uint8Array(), headers, timestampUnixMs: Date.now() };
}
