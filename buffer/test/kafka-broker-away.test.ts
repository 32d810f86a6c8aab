import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { intentOf, readAll, textOf, textRecord } from '../src/contract-suite.ts';
import { KAFKA_CLIENTS, KafkaBuffer, rdKafkaPath } from '../src/index.ts';

const APPENDS = 400;
/** A broker starts in two seconds, and in a minute where many others want the processor. */
const PATIENCE_MS = 300_000;

const MISSING: string | undefined = kafkaMissing();

/** librdkafka where `npm run setup:librdkafka` has built it. */
const CLIENTS = KAFKA_CLIENTS.filter(
  (client) => client === 'kafkajs' || rdKafkaPath() !== undefined,
);

let running: ScratchBroker;

describe.skipIf(MISSING !== undefined)(`a broker that goes away ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    running = await startScratchBroker();
  });

  afterAll(() => running.end());

  it('is refused at opening in words when nobody answers', async () => {
    const opened = KafkaBuffer.open({ brokers: ['127.0.0.1:1'], timeoutMs: 200 });
    await expect(opened).rejects.toMatchObject({ code: 'BUFFER_IO', retryable: true });
    await expect(opened).rejects.toThrow(/connecting to Kafka at 127.0.0.1:1/);
  });

  it.each(CLIENTS)(
    'is waited for by %s: every acknowledged record is there once and in order',
    async (client) => {
      const [node] = running.nodes;
      const topic = `away-${client}`;
      const buffer = await KafkaBuffer.open({
        client,
        brokers: running.brokers,
        timeoutMs: 120_000,
        batchBytesMax: 500,
      });
      await buffer.createTopic(topic, { partitions: 1 });
      const reader = await buffer.openReader('store', topic, 0);
      const answers: Promise<number>[] = [];
      let restarted: Promise<void> | undefined;
      for (let index = 0; index < APPENDS; index += 1) {
        answers.push(buffer.append(topic, 0, [textRecord(`${index}`)]));
        if (index === APPENDS / 4) await answers.at(-1);
        if (index === APPENDS / 2) {
          await node?.kill();
          restarted = node?.start();
        }
      }
      await restarted;
      const offsets = await Promise.all(answers);
      expect(offsets).toEqual(offsets.map((_, index) => index));
      const records = await readAll(reader, 0, APPENDS);
      expect(records.map(textOf)).toEqual(offsets.map((_, index) => `${index}`));
      await reader.begin(intentOf(0, APPENDS));
      await reader.commit(APPENDS);
      await buffer.close();
    },
    PATIENCE_MS,
  );

  it.each(CLIENTS)(
    'has %s fail what it cannot take in time, retryably; what comes later is not lost for it',
    async (client) => {
      const [node] = running.nodes;
      const topic = `late-${client}`;
      const buffer = await KafkaBuffer.open({ client, brokers: running.brokers, timeoutMs: 4000 });
      await buffer.createTopic(topic, { partitions: 1 });
      expect(await buffer.append(topic, 0, [textRecord('before')])).toBe(0);
      // Stopped where it is: whether it has the batch nobody knows.
      node?.signal('SIGSTOP');
      const unknown = buffer.append(topic, 0, [textRecord('unknown')]);
      await node?.kill();
      await expect(unknown).rejects.toMatchObject({ code: 'BUFFER_IO', retryable: true });
      await node?.start();
      const answers = await Promise.allSettled(
        ['a', 'b', 'c'].map((text) => buffer.append(topic, 0, [textRecord(text)])),
      );
      const reader = await buffer.openReader('store', topic, 0);
      const texts = (await readAll(reader, 0, 4)).map(textOf);
      for (const [index, { status }] of answers.entries()) {
        if (status === 'fulfilled') {
          expect(texts.filter((text) => text === 'abc'[index]).length).toBe(1);
        }
      }
      expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
      await buffer.close();
    },
    PATIENCE_MS,
  );
});
