import { randomUUID } from 'node:crypto';
import type { Admin } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { intentOf, textOf, textRecord } from '../src/contract-suite.ts';
import {
  type BufferError,
  KAFKA_CLIENTS,
  KafkaBuffer,
  type KafkaOptions,
  type PartitionReader,
  rdKafkaPath,
} from '../src/index.ts';

const MISSING: string | undefined = kafkaMissing();

/** librdkafka where `npm run setup:librdkafka` has built it. */
const CLIENTS = KAFKA_CLIENTS.filter(
  (client) => client === 'kafkajs' || rdKafkaPath() !== undefined,
);
const READ = { bytesMax: 1 << 20, recordsMax: 10, waitMs: 500 };

let running: ScratchBroker;
let client: KafkaOptions['client'] = 'kafkajs';

async function open(options: Partial<KafkaOptions> = {}): Promise<KafkaBuffer> {
  const buffer = await KafkaBuffer.open({ client, brokers: running.brokers, ...options });
  onTestFinished(() => buffer.close());
  return buffer;
}

async function openTopic(buffer: KafkaBuffer, ...texts: readonly string[]): Promise<string> {
  const topic = `anew-${randomUUID()}`;
  await buffer.createTopic(topic, { partitions: 1 });
  await buffer.append(topic, 0, texts.map(textRecord));
  return topic;
}

async function asAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ brokers: [...running.brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const result = await work(admin);
  await admin.disconnect();
  return result;
}

/** By somebody else, whose client knows nothing of the one that was. */
async function makeAnew(topic: string, ...texts: readonly string[]): Promise<void> {
  await asAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
  await create(topic, ...texts);
}

async function create(topic: string, ...texts: readonly string[]): Promise<void> {
  const other = await open();
  await other.createTopic(topic, { partitions: 1 });
  for (const text of texts) await other.append(topic, 0, [textRecord(text)]);
}

/** What is read from the reader's position on, as soon as anything is. */
async function nextOf(reader: PartitionReader): Promise<readonly string[]> {
  let texts: readonly string[] = [];
  await expect
    .poll(
      async () => {
        const records = await reader.read(reader.position(), READ).catch(() => []);
        texts = records.map(textOf);
        return texts.length;
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBeGreaterThan(0);
  return texts;
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: BufferError) => error.code,
  );
}

describe.skipIf(MISSING !== undefined).each(CLIENTS)(`Kafka by %s ${MISSING ?? ''}`, (name) => {
  beforeAll(async () => {
    client = name;
    running = await startScratchBroker();
  });

  afterAll(() => running.end());

  it('a topic that is gone is waited for, by who reads, begins or commits', async () => {
    const buffer = await open({ timeoutMs: 5000 });
    const topic = await openTopic(buffer, 'a', 'b');
    const reader = await buffer.openReader('store', topic, 0);
    await reader.begin(intentOf(0, 1));
    await asAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
    await expect
      .poll(() => asAdmin((admin) => admin.listTopics()), { timeout: 20_000 })
      .not.toContain(topic);
    await expect(reader.commit(1)).rejects.toMatchObject({
      code: 'BUFFER_IO',
      retryable: true,
      message: expect.stringContaining('was the topic deleted?'),
    });
    expect(await codeOf(reader.read(1, READ))).toBe('BUFFER_IO');
    await create(topic, 'c');
    // The range is of the topic before.
    await expect.poll(() => codeOf(reader.commit(1)), { timeout: 20_000 }).toBe('POSITION_RESET');
    expect(await nextOf(reader)).toEqual(['c']);
    await reader.begin(intentOf(0, 1));
    await reader.commit(1);
    expect(reader.position()).toBe(1);
  });

  it('nothing is skipped where more lies in the new topic than was read of the old one', async () => {
    const buffer = await open();
    const topic = await openTopic(buffer, 'a', 'b');
    const reader = await buffer.openReader('store', topic, 0);
    const before = reader.topicId;
    await reader.begin(intentOf(0, 1));
    await reader.commit(1);
    await makeAnew(topic, 'c', 'd', 'e', 'f');
    expect(await nextOf(reader)).toEqual(['c', 'd', 'e', 'f']);
    expect(reader.topicId).toMatch(/^[\w-]{22}$/);
    expect(reader.topicId).not.toBe(before);
    // What was collected before is refused once, whatever its offsets are.
    expect(await codeOf(reader.begin(intentOf(0, 2)))).toBe('POSITION_RESET');
    await reader.begin(intentOf(0, 2));
    await reader.commit(2);
  });

  it('a commit that was under way counts no more for who opens the new topic', async () => {
    const buffer = await open();
    const topic = await openTopic(buffer, 'a', 'b', 'c');
    const reader = await buffer.openReader('store', topic, 0);
    await makeAnew(topic, 'd', 'e');
    await reader.begin(intentOf(0, 2));
    await reader.close();
    const resets: unknown[] = [];
    const opened = await new Promise<PartitionReader>((resolve) => {
      buffer.join({
        group: 'store',
        topics: [topic],
        onReader: resolve,
        onRevoked: (revoked) => void revoked.close(),
        onReset: (place, reset) => resets.push({ ...place, ...reset }),
        onTrouble: () => {},
      });
    });
    expect(opened.pendingIntent()).toBeUndefined();
    expect(await nextOf(opened)).toEqual(['d', 'e']);
    await opened.begin(intentOf(0, 2));
    const reason = 'the topic was deleted and made anew';
    expect(resets).toEqual([{ topic, partition: 0, from: 0, to: 0, lostRecords: 0, reason }]);
  });

  it('a position behind the end of the log goes back to its start after a while', async () => {
    const buffer = await open({ cutAfterMs: 500 });
    const topic = await openTopic(buffer, 'a', 'b');
    await asAdmin((admin) =>
      admin.setOffsets({ groupId: 'store', topic, partitions: [{ partition: 0, offset: '70' }] }),
    );
    const reader = await buffer.openReader('store', topic, 0);
    expect(reader.position()).toBe(70);
    await expect(reader.read(70, READ)).rejects.toThrow('cut or made anew');
    expect(await nextOf(reader)).toEqual(['a', 'b']);
    expect(reader.position()).toBe(0);
  });

  it('a range whose records are not there any more is given up after a while', async () => {
    const buffer = await open({ cutAfterMs: 500 });
    const topic = await openTopic(buffer, 'a', 'b');
    const before = await buffer.openReader('store', topic, 0);
    await before.begin(intentOf(0, 9));
    await before.close();
    const reader = await buffer.openReader('store', topic, 0);
    expect(reader.pendingIntent()).toMatchObject(intentOf(0, 9));
    await expect(reader.read(2, READ)).rejects.toThrow('is not there now');
    await expect
      .poll(() => codeOf(reader.read(2, READ)), { timeout: 20_000 })
      .toBe('POSITION_RESET');
    expect(reader.pendingIntent()).toBeUndefined();
    expect(await nextOf(reader)).toEqual(['a', 'b']);
  });
});
