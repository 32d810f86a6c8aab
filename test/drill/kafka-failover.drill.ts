/**
 * `npm run drill -- kafka-failover [rounds]`: three brokers, appends and deliveries without pause,
 * and each broker killed in turn. Says whether every acknowledged record is in the log once and in
 * the order of its offset, and what the deliveries committed.
 */
import { KafkaBuffer, type NewRecord } from '@sonde/buffer';
import { kafkaMissing, startScratchBroker } from '../../scripts/lib/kafka-broker.mjs';

const TOPIC = 'failover';
const WRITERS = 8;
const AWAY_MS = 4000;

const missing = kafkaMissing();
if (missing !== undefined) throw new Error(missing);
const rounds = Number(process.argv[2] ?? 3);
const cluster = await startScratchBroker(3);
const buffer = await KafkaBuffer.open({ brokers: cluster.brokers, timeoutMs: 20_000 });
await buffer.createTopic(TOPIC, { partitions: 1 });

const acknowledged = new Map<string, number>();
let failed = 0;
let isOver = false;

function record(text: string): NewRecord {
  return { value: Buffer.from(text), headers: {}, timestampUnixMs: Date.now() };
}

async function write(writer: number): Promise<void> {
  for (let number = 0; !isOver; number += 1) {
    const text = `${writer}-${number}`;
    try {
      acknowledged.set(text, await buffer.append(TOPIC, 0, [record(text)]));
    } catch {
      failed += 1; // Counted: it may be in the log or not.
    }
  }
}

const writers = Array.from({ length: WRITERS }, (_, writer) => write(writer));
for (let round = 0; round < rounds; round += 1) {
  const node = cluster.nodes[round % cluster.nodes.length];
  const before = acknowledged.size;
  await node?.kill();
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  await node?.start();
  await new Promise((resolve) => setTimeout(resolve, AWAY_MS));
  console.log(
    `broker ${node?.address} killed and back: ${acknowledged.size - before} acknowledged`,
  );
}
isOver = true;
await Promise.all(writers);

const reader = await buffer.openReader('drill', TOPIC, 0);
const found = new Map<string, number[]>();
let at = reader.position();
for (;;) {
  const records = await reader.read(at, { bytesMax: 1 << 22, recordsMax: 10_000, waitMs: 500 });
  if (records.length === 0) break;
  for (const { value, offset } of records) {
    const text = Buffer.from(value).toString();
    found.set(text, [...(found.get(text) ?? []), offset]);
  }
  at = (records.at(-1)?.offset ?? at) + 1;
}
const lost = [...acknowledged].filter(([text]) => !found.has(text));
const doubled = [...found].filter(([, offsets]) => offsets.length > 1);
const moved = [...acknowledged].filter(([text, offset]) => !found.get(text)?.includes(offset));
console.log(
  `${acknowledged.size} acknowledged, ${failed} failed, ${found.size} in the log: ` +
    `${lost.length} lost, ${doubled.length} doubled, ${moved.length} at another offset`,
);
await buffer.close();
await cluster.end();
process.exit(lost.length + doubled.length + moved.length === 0 ? 0 : 1);
