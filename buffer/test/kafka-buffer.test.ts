import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { intentOf, readAll, textOf, textRecord } from '../src/contract-suite.ts';
import {
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

let running: ScratchBroker;
let client: KafkaOptions['client'] = 'kafkajs';

async function open(options: Partial<KafkaOptions> = {}): Promise<KafkaBuffer> {
  const buffer = await KafkaBuffer.open({
    client,
    brokers: running.brokers,
    sessionTimeoutMs: 6000,
    heartbeatIntervalMs: 200,
    ...options,
  });
  onTestFinished(() => buffer.close());
  return buffer;
}

async function openTopic(buffer: KafkaBuffer, partitions = 1): Promise<string> {
  const topic = `test-${randomUUID()}`;
  await buffer.createTopic(topic, { partitions });
  return topic;
}

/** As retention does it, at once. kafkajs whole is not loaded before the buffer has what it changes. */
async function forgetBefore(topic: string, offset: number): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ brokers: [...running.brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.fetchTopicOffsets(topic);
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: `${offset}` }] });
  await admin.disconnect();
}

/** A member of a group, with what it reads now; `until` waits for an event of its own. */
class Member {
  readonly readers: Map<number, PartitionReader> = new Map();
  readonly revoked: number[] = [];
  readonly troubles: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(buffer: KafkaBuffer, topic: string, group = 'store') {
    buffer.join({
      group,
      topics: [topic],
      onReader: (reader) => {
        this.readers.set(reader.partition, reader);
        this.#wake();
      },
      onRevoked: (reader) => {
        this.readers.delete(reader.partition);
        this.revoked.push(reader.partition);
        void reader.close();
        this.#wake();
      },
      onTrouble: (error) => {
        if (error !== undefined) this.troubles.push(error.message);
        this.#wake();
      },
    });
  }

  async until(holds: (member: Member) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  reader(partition: number): PartitionReader {
    const reader = this.readers.get(partition);
    if (reader === undefined) throw new Error(`partition ${partition} is not read here`);
    return reader;
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}

describe.skipIf(MISSING !== undefined).each(CLIENTS)(`Kafka by %s ${MISSING ?? ''}`, (name) => {
  beforeAll(async () => {
    client = name;
    running = await startScratchBroker();
  });

  afterAll(() => running.end());

  describe('records', () => {
    it('over the topic s limit are refused alone, whoever shared their batch', async () => {
      const small = await open({ recordBytesMax: 1000 });
      const topic = await openTopic(small);
      const buffer = await open();
      const large = { ...textRecord(''), value: Buffer.alloc(600_000, 1) };
      const answers = await Promise.allSettled([
        buffer.append(topic, 0, [textRecord('first')]),
        buffer.append(topic, 0, [textRecord('a')]),
        buffer.append(topic, 0, [large]),
        buffer.append(topic, 0, [textRecord('b')]),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
      ]);
      expect(answers[2]).toMatchObject({ reason: { code: 'RECORD_TOO_LARGE' } });
      const reader = await buffer.openReader('store', topic, 0);
      expect((await readAll(reader, 0, 3)).map(textOf)).toEqual(['first', 'a', 'b']);
    });

    it('of time 0 are of 1970, not of now', async () => {
      const buffer = await open();
      const topic = await openTopic(buffer);
      await buffer.append(topic, 0, [{ ...textRecord('a'), timestampUnixMs: 0 }]);
      const reader = await buffer.openReader('store', topic, 0);
      expect((await readAll(reader, 0, 1))[0]?.timestampUnixMs).toBeLessThanOrEqual(1);
    });
  });

  describe('records that retention took', () => {
    it('are skipped and counted, before and while it is read', async () => {
      const buffer = await open();
      const topic = await openTopic(buffer);
      for (const text of ['a', 'b', 'c', 'd', 'e']) {
        await buffer.append(topic, 0, [textRecord(text)]);
      }
      const lost = (): number | undefined =>
        buffer.state().find((state) => state.topic === topic)?.lostRecords;
      await forgetBefore(topic, 2);
      const reader = await buffer.openReader('store', topic, 0);
      expect((await readAll(reader, 0, 1)).map(textOf)).toEqual(['c', 'd', 'e']);
      expect(lost()).toBe(2);
      await forgetBefore(topic, 4);
      const later = await buffer.openReader('other', topic, 0);
      expect((await readAll(later, 3, 1)).map(textOf)).toEqual(['e']);
      expect(lost()).toBe(3);
    });
  });

  describe('a new group', () => {
    it('that starts at the end begins there once, not again at every start', async () => {
      const before = await open({ initialOffset: 'latest' });
      const topic = await openTopic(before);
      await before.append(topic, 0, [textRecord('old')]);
      expect((await before.openReader('store', topic, 0)).position()).toBe(1);
      await before.close();
      const buffer = await open({ initialOffset: 'latest' });
      await buffer.append(topic, 0, [textRecord('new')]);
      const reader = await buffer.openReader('store', topic, 0);
      expect(reader.position()).toBe(1);
      expect((await readAll(reader, 1, 1)).map(textOf)).toEqual(['new']);
    });
  });

  describe('a member of a group', () => {
    it('reads all partitions, shares them when another comes, and has them back when it goes', async () => {
      const buffer = await open();
      const topic = await openTopic(buffer, 4);
      const first = new Member(buffer, topic);
      await first.until(({ readers }) => readers.size === 4);
      const kept = [...first.readers.values()];
      // Where the group is the first of the broker its coordinator may not have been ready.
      const before = first.troubles.length;
      // Whatever its client is.
      const other = await open({ client: 'kafkajs' });
      const second = new Member(other, topic);
      await second.until(({ readers }) => readers.size === 2);
      await first.until(({ readers }) => readers.size === 2);
      expect(new Set([...first.readers.keys(), ...second.readers.keys()]).size).toBe(4);
      // Who stays is read on by the reader it had.
      expect([...first.readers.values()].every((reader) => kept.includes(reader))).toBe(true);
      // Of what others read by now it knows no position: their lag would stand here for ever.
      const positionsOf = (one: KafkaBuffer): readonly number[] =>
        one
          .state()
          .flatMap((state) =>
            state.topic === topic && 'store' in state.groups ? [state.partition] : [],
          );
      await expect.poll(() => positionsOf(buffer).length).toBe(2);
      expect([...positionsOf(buffer)].sort()).toEqual([...first.readers.keys()].sort());
      await other.close();
      await first.until(({ readers }) => readers.size === 4);
      expect(first.troubles.slice(before)).toEqual([]);
    });

    it('commits through a rebalance what it keeps, and nothing of what it has lost', async () => {
      const buffer = await open();
      const topic = await openTopic(buffer, 2);
      for (const partition of [0, 1]) {
        await buffer.append(topic, partition, [textRecord('a'), textRecord('b')]);
      }
      const first = new Member(buffer, topic);
      await first.until(({ readers }) => readers.size === 2);
      const both = new Map(first.readers);
      for (const reader of both.values()) await reader.begin(intentOf(0, 2));

      const other = await open();
      const second = new Member(other, topic);
      await second.until(({ readers }) => readers.size === 1);
      await first.until(({ readers }) => readers.size === 1);
      const [lost = 0] = second.readers.keys();
      const kept = 1 - lost;
      await first.reader(kept).commit(2);
      await expect(both.get(lost)?.commit(2)).rejects.toMatchObject({ code: 'BUFFER_CLOSED' });

      const taken = second.reader(lost);
      expect(taken.position()).toBe(0);
      expect(taken.pendingIntent()).toMatchObject(intentOf(0, 2));
      expect((await readAll(taken, 0, 2)).map(textOf)).toEqual(['a', 'b']);
      await taken.commit(2);
      expect(taken.position()).toBe(2);
    });

    it('finds a topic that is made after it joined', async () => {
      const buffer = await open();
      const topic = `late-${randomUUID()}`;
      const member = new Member(buffer, topic);
      await member.until(({ troubles }) => troubles.length > 0);
      expect(member.troubles[0]).toContain('there is no topic');
      await (await open()).createTopic(topic, { partitions: 1 });
      await member.until(({ readers }) => readers.size === 1);
    });

    it('has the group to itself: a reader without membership is refused', async () => {
      const buffer = await open();
      const topic = await openTopic(buffer);
      const member = new Member(buffer, topic);
      await member.until(({ readers }) => readers.size === 1);
      const other = await open({ timeoutMs: 500 });
      const reader = await other.openReader('store', topic, 0);
      await buffer.append(topic, 0, [textRecord('a')]);
      await expect(reader.begin(intentOf(0, 1))).rejects.toMatchObject({ code: 'BUFFER_IO' });
    });
  });
});
