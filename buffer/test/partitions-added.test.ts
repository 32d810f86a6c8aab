import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { intentOf, readAll, textOf, textRecord } from '../src/contract-suite.ts';
import {
  BufferError,
  KAFKA_CLIENTS,
  KafkaBuffer,
  type KafkaOptions,
  rdKafkaPath,
} from '../src/index.ts';

const MISSING: string | undefined = kafkaMissing();
const CLIENTS = KAFKA_CLIENTS.filter((name) => name === 'kafkajs' || rdKafkaPath() !== undefined);

const NO_WAIT = { bytesMax: 1 << 20, recordsMax: 10, waitMs: 0 } as const;

let running: ScratchBroker;
let client: KafkaOptions['client'] = 'kafkajs';

async function open(options: Partial<KafkaOptions> = {}): Promise<KafkaBuffer> {
  const buffer = await KafkaBuffer.open({ client, brokers: running.brokers, ...options });
  onTestFinished(() => buffer.close());
  return buffer;
}

/** With one partition, written to and read by `buffer`, and then two more, made by somebody else. */
async function grownTopic(buffer: KafkaBuffer): Promise<string> {
  const topic = `test-${randomUUID()}`;
  await buffer.createTopic(topic, { partitions: 1 });
  await buffer.append(topic, 0, [textRecord('before')]);
  const reader = await buffer.openReader('first', topic, 0);
  await readAll(reader, 0, 1);
  await (await open({ client: 'kafkajs' })).createTopic(topic, { partitions: 3 });
  return topic;
}

/** Deleted and made again with that many partitions, by somebody else. */
async function remade(topic: string, partitions: number): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ brokers: [...running.brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  await (await open({ client: 'kafkajs' })).createTopic(topic, { partitions });
}

describe.skipIf(MISSING !== undefined).each(CLIENTS)(
  `partitions that are added, by %s ${MISSING ?? ''}`,
  (name) => {
    beforeAll(async () => {
      client = name;
      running = await startScratchBroker();
    });

    afterAll(() => running.end());

    it('are written to and read as soon as the topic is looked at again', async () => {
      const buffer = await open();
      const topic = await grownTopic(buffer);
      expect(buffer.partitionCount(topic)).toBe(1);
      expect(await buffer.findTopic(topic)).toBe(true);
      expect(buffer.partitionCount(topic)).toBe(3);
      const appended = [0, 1, 2].map((partition) =>
        buffer.append(topic, partition, [textRecord(`a${partition}`), textRecord(`b${partition}`)]),
      );
      expect(await Promise.all(appended)).toEqual([1, 0, 0]);
      const reader = await buffer.openReader('store', topic, 2);
      expect((await readAll(reader, 0, 2)).map(textOf)).toEqual(['a2', 'b2']);
    });

    it('cost none of what is under way elsewhere', async () => {
      const buffer = await open();
      const topic = await grownTopic(buffer);
      await buffer.findTopic(topic);
      const many = Array.from({ length: 200 }, (_, index) => `${index}`.padEnd(50_000));
      const offsets = await Promise.all(
        many.map((text, index) => buffer.append(topic, index % 3, [textRecord(text)])),
      );
      expect(offsets).toHaveLength(many.length);
      const read: string[] = [];
      for (const [partition, from] of [1, 0, 0].entries()) {
        const reader = await buffer.openReader('store', topic, partition);
        const count = many.filter((_, index) => index % 3 === partition).length;
        read.push(...(await readAll(reader, from, count)).map(textOf));
        expect(await reader.read(from + count, NO_WAIT)).toEqual([]);
      }
      expect(read.sort()).toEqual([...many].sort());
    });

    it('that are not there after all are refused, not waited for without end', async () => {
      const buffer = await open({ timeoutMs: 1500 });
      const topic = `test-${randomUUID()}`;
      await buffer.createTopic(topic, { partitions: 2 });
      await buffer.append(topic, 1, [textRecord('a')]);
      await remade(topic, 1);
      await expect(buffer.append(topic, 1, [textRecord('b')])).rejects.toBeInstanceOf(BufferError);
      await buffer.findTopic(topic);
      expect(buffer.partitionCount(topic)).toBe(1);
      expect(await buffer.append(topic, 0, [textRecord('c')])).toBe(0);
    });

    it('are read from their start by a group that began at the end, though it was away', async () => {
      const before = await open({ initialOffset: 'latest' });
      const topic = `test-${randomUUID()}`;
      await before.createTopic(topic, { partitions: 2 });
      for (const partition of [0, 1]) await before.append(topic, partition, [textRecord('old')]);
      const reader = await before.openReader('store', topic, 0);
      expect(reader.position()).toBe(1);
      await before.append(topic, 0, [textRecord('more')]);
      await reader.begin(intentOf(1, 2));
      await reader.commit(2);
      await before.createTopic(topic, { partitions: 3 });
      await before.append(topic, 2, [textRecord('new')]);
      await before.close();

      const buffer = await open({ initialOffset: 'latest' });
      // Added since: from its start. There before, and not yet read by the group: from its end.
      expect((await buffer.openReader('store', topic, 2)).position()).toBe(0);
      expect((await buffer.openReader('store', topic, 1)).position()).toBe(1);
      // A group that begins only now has nothing to do with what was before it.
      expect((await buffer.openReader('later', topic, 0)).position()).toBe(2);
      expect((await buffer.openReader('later', topic, 2)).position()).toBe(1);
    });
  },
);
