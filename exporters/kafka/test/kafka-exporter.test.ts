import { type BufferRecord, KafkaBuffer, TOPICS } from '@sonde/buffer';
import type { ConsumingComponent } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { jsonToProtobuf, scanRequest } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaExporterFactory } from '../src/index.ts';
import { logsRequest, RECEIVED_MS, sentWith, telemetryOf } from './otlp-data.ts';

const MISSING = kafkaMissing();
const DIRECT = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } } as const;

let broker: ScratchBroker;

async function startExporter(
  config: Readonly<Record<string, unknown>>,
): Promise<ConsumingComponent> {
  const exporter = kafkaExporterFactory.create(
    contractSignalSettings('kafka', 'logs'),
    kafkaExporterFactory.config.parse({ brokers: broker.brokers, ...DIRECT, ...config }),
  );
  await exporter.start(contractHost());
  onTestFinished(() => exporter.shutdown(AbortSignal.timeout(5000)));
  return exporter;
}

/** Everything in a partition of a topic. */
async function recordsIn(topic: string, partition = 0): Promise<readonly BufferRecord[]> {
  const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  const reader = await buffer.openReader('check', topic, partition);
  const records: BufferRecord[] = [];
  for (;;) {
    const from = (records.at(-1)?.offset ?? -1) + 1;
    const some = await reader.read(from, { bytesMax: 1 << 24, recordsMax: 1000, waitMs: 0 });
    if (some.length === 0) break;
    records.push(...some);
  }
  await buffer.close();
  return records;
}

function itemsOf({ headers }: BufferRecord): number {
  return Number(headers['items']);
}

describe.skipIf(MISSING !== undefined)(`the exporter ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
  });

  afterAll(() => broker.end());

  it('writes a request as one message, as it came, with who it belongs to', async () => {
    const exporter = await startExporter({ topic_partitions: 1, record_headers: { zone: 'a' } });
    const request = logsRequest(3, 10);
    await exporter.consume(telemetryOf(request));
    const [record] = await recordsIn(TOPICS.logs);
    expect(Buffer.from(record?.value ?? [])).toEqual(Buffer.from(request.bytes));
    expect(record?.headers).toEqual({ tenant: 'acme', items: '3', zone: 'a' });
    expect(record?.timestampUnixMs).toBe(RECEIVED_MS);
  });

  it('splits a request over max_message_bytes, without losing or doubling an item', async () => {
    const producer = { max_message_bytes: 100_000 };
    const exporter = await startExporter({ topic: 'split', topic_partitions: 1, producer });
    await exporter.consume(telemetryOf(logsRequest(1000, 1000), logsRequest(2, 10)));
    const records = await recordsIn('split');
    expect(records.length).toBeGreaterThan(10);
    expect(records.every(({ value }) => value.length <= 100_000)).toBe(true);
    expect(records.reduce((sum, record) => sum + itemsOf(record), 0)).toBe(1002);
    for (const record of records) expect(scanRequest('logs', record.value)).toBe(itemsOf(record));
  });

  it('refuses an item that is too large by itself, for good', async () => {
    const producer = { max_message_bytes: 50_000 };
    const exporter = await startExporter({ topic: 'large', producer });
    const sent = exporter.consume(telemetryOf(logsRequest(1, 60_000)));
    await expect(sent).rejects.toMatchObject({ code: 'TOO_LARGE', retryable: false });
  });

  it('writes JSON where that is asked for', async () => {
    const exporter = await startExporter({
      topic_partitions: 1,
      logs: { topic: 'json', encoding: 'otlp_json' },
      producer: { max_message_bytes: 20_000 },
    });
    await exporter.consume(telemetryOf(logsRequest(100, 500)));
    const records = await recordsIn('json');
    expect(records.length).toBeGreaterThan(2);
    const counts = records.map(({ value }) =>
      scanRequest('logs', jsonToProtobuf('logs', Buffer.from(value).toString())),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(100);
  });

  it('fills partitions in turn, and leaves a topic that is there as it is', async () => {
    const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
    await buffer.createTopic('there', { partitions: 2 });
    const exporter = await startExporter({ topic: 'there', topic_partitions: 8 });
    for (let count = 0; count < 6; count += 1) {
      await exporter.consume(telemetryOf(logsRequest(1, 1)));
    }
    const ends = await Promise.all(
      [0, 1].map(async (partition) => {
        const reader = await buffer.openReader('check', 'there', partition);
        return (await reader.read(0, { bytesMax: 1 << 20, recordsMax: 10, waitMs: 0 })).length;
      }),
    );
    expect(ends).toEqual([3, 3]);
    await buffer.close();
  });

  it('writes into the topic that the client names, and into its own where it names none', async () => {
    const logs = { topic: 'unnamed', topic_from_metadata_key: 'X-Topic' };
    const exporter = await startExporter({ topic_partitions: 1, logs });
    await exporter.consume(sentWith({ 'x-topic': 'of-acme' }, logsRequest(3, 1)));
    await exporter.consume(telemetryOf(logsRequest(2, 1)));
    expect((await recordsIn('of-acme')).map(itemsOf)).toEqual([3]);
    expect((await recordsIn('unnamed')).map(itemsOf)).toEqual([2]);
    const nowhere = exporter.consume(sentWith({ 'x-topic': 'a/b' }, logsRequest(1, 1)));
    await expect(nowhere).rejects.toMatchObject({ code: 'INVALID_DATA', retryable: false });
  });

  it('keeps the messages of a key that the client names together, in pieces, too', async () => {
    const logs = { topic: 'keyed', message_key_from_metadata_key: 'x-key' };
    const producer = { max_message_bytes: 20_000 };
    const exporter = await startExporter({ topic_partitions: 2, logs, producer });
    for (const key of ['a', 'b', 'a']) {
      await exporter.consume(sentWith({ 'x-key': key }, logsRequest(100, 500)));
    }
    await exporter.consume(telemetryOf(logsRequest(1, 1)));
    const partitions = [await recordsIn('keyed', 0), await recordsIn('keyed', 1)];
    const keys = partitions.map((records) =>
      records.filter(({ key }) => key !== undefined).map(({ key }) => `${Buffer.from(key ?? [])}`),
    );
    for (const key of ['a', 'b']) {
      expect(keys.filter((of) => of.includes(key))).toHaveLength(1);
    }
    expect(keys.flat().filter((key) => key === 'a').length).toBeGreaterThan(5);
    const unkeyed = partitions.flat().filter(({ key }) => key === undefined);
    expect(unkeyed.map(itemsOf)).toEqual([1]);
  });

  it('gives data back while a topic is missing that it must not make', async () => {
    const producer = { allow_auto_topic_creation: false };
    const exporter = await startExporter({ topic: 'absent', producer });
    const sent = exporter.consume(telemetryOf(logsRequest(1, 1)));
    await expect(sent).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
  });

  it.each([1, -1])('is answered with required_acks %d', async (acks) => {
    const producer = { required_acks: acks, compression: 'lz4' };
    const exporter = await startExporter({ topic: `acks${acks}`, producer, topic_partitions: 1 });
    await exporter.consume(telemetryOf(logsRequest(5, 100)));
    expect((await recordsIn(`acks${acks}`)).map(itemsOf)).toEqual([5]);
  });
});
