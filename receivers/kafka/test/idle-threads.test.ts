import { randomUUID } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { KafkaBuffer } from '@sonde/buffer';
import { contractHost, contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { warnOfIdleThreads } from '../src/idle-threads.ts';
import { kafkaReceiverConfig, kafkaReceiverFactory } from '../src/index.ts';

const MISSING = kafkaMissing();
const TEXT = 'There are more workers than partitions: some will have nothing to do.';
const TAKER = { consume: async (): Promise<void> => {} };

let broker: ScratchBroker;
let buffer: KafkaBuffer;

/** The first of so many threads, on topics of its own with one partition (logs) and two (traces). */
async function startFirstThread(count: number): Promise<RecordingLogger> {
  const [logs, traces] = [`logs-${randomUUID()}`, `traces-${randomUUID()}`];
  await buffer.createTopic(logs, { partitions: 1 });
  await buffer.createTopic(traces, { partitions: 2 });
  const logger = new RecordingLogger();
  const { port1, port2 } = new MessageChannel();
  const settings = {
    ...contractSettings('kafka', logger),
    thread: { index: 0, count, port: port1 },
  };
  const config = kafkaReceiverConfig.parse({
    brokers: broker.brokers,
    group_id: randomUUID(),
    logs: { topic: logs },
    traces: { topic: traces },
  });
  const next = { logs: TAKER, traces: TAKER };
  const receiver = kafkaReceiverFactory.create(settings, config, next);
  await receiver.start(contractHost());
  onTestFinished(async () => {
    await receiver.shutdown(AbortSignal.timeout(5000));
    port2.close();
  });
  // By now it has looked: what it reads was shared out after it had asked for the topics.
  while (!logger.lines.some(({ message }) => message === 'Reading a partition.')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return logger;
}

describe.skipIf(MISSING !== undefined)(`threads of a process on Kafka ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
    buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  });

  afterAll(async () => {
    await buffer.close();
    await broker.end();
  });

  it('are told of where they are more than all partitions', async () => {
    const logger = await startFirstThread(4);
    const told = logger.lines.filter(({ message }) => message === TEXT);
    expect(told).toMatchObject([{ level: 'warn', fields: { workers: 4, partitions: 3 } }]);
  });

  it('are good where there is a partition for each', async () => {
    const logger = await startFirstThread(3);
    expect(logger.lines.filter(({ message }) => message === TEXT)).toEqual([]);
  });

  it('are told of a topic that is made later', async () => {
    const topic = `later-${randomUUID()}`;
    const logger = new RecordingLogger();
    let pauses = 0;
    await warnOfIdleThreads({
      buffer,
      topics: [topic],
      threads: 2,
      logger,
      pause: async () => {
        pauses += 1;
        await buffer.createTopic(topic, { partitions: 1 });
      },
      isOver: () => pauses > 1,
    });
    expect(logger.lines).toMatchObject([{ message: TEXT, fields: { partitions: 1 } }]);
  });
});
