import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { intentOf, readAll, textOf, textRecord } from '../src/contract-suite.ts';
import { KafkaBuffer } from '../src/index.ts';

const APPENDS = 400;

const MISSING: string | undefined = kafkaMissing();

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

  it('is waited for: every acknowledged record is there once and in order', async () => {
    const [node] = running.nodes;
    const buffer = await KafkaBuffer.open({
      brokers: running.brokers,
      timeoutMs: 30_000,
      batchBytesMax: 500,
    });
    await buffer.createTopic('away', { partitions: 1 });
    const reader = await buffer.openReader('store', 'away', 0);
    const answers: Promise<number>[] = [];
    for (let index = 0; index < APPENDS; index += 1) {
      answers.push(buffer.append('away', 0, [textRecord(`${index}`)]));
      if (index === APPENDS / 4) await answers.at(-1);
      if (index === APPENDS / 2) {
        await node?.kill();
        void node?.start();
      }
    }
    const offsets = await Promise.all(answers);
    expect(offsets).toEqual(offsets.map((_, index) => index));
    const records = await readAll(reader, 0, APPENDS);
    expect(records.map(textOf)).toEqual(offsets.map((_, index) => `${index}`));
    await reader.begin(intentOf(0, APPENDS));
    await reader.commit(APPENDS);
    await buffer.close();
  });

  it('fails what it cannot take in time, retryably; what comes later is not lost for it', async () => {
    const [node] = running.nodes;
    const buffer = await KafkaBuffer.open({ brokers: running.brokers, timeoutMs: 1500 });
    await buffer.createTopic('late', { partitions: 1 });
    expect(await buffer.append('late', 0, [textRecord('before')])).toBe(0);
    // Stopped where it is: whether it has the batch nobody knows.
    node?.signal('SIGSTOP');
    const unknown = buffer.append('late', 0, [textRecord('unknown')]);
    await node?.kill();
    await expect(unknown).rejects.toMatchObject({ code: 'BUFFER_IO', retryable: true });
    await node?.start();
    const answers = await Promise.allSettled(
      ['a', 'b', 'c'].map((text) => buffer.append('late', 0, [textRecord(text)])),
    );
    const reader = await buffer.openReader('store', 'late', 0);
    const texts = (await readAll(reader, 0, 4)).map(textOf);
    for (const [index, { status }] of answers.entries()) {
      if (status === 'fulfilled') {
        expect(texts.filter((text) => text === 'abc'[index]).length).toBe(1);
      }
    }
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true);
    await buffer.close();
  });
});
