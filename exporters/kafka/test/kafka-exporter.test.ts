import { type BufferRecord, KafkaBuffer, TOPICS } from '@sonde/buffer';
import type { ConsumingComponent } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import {
  decodeRequests,
  type EncodedRequest,
  encodeRequest,
  jsonToProtobuf,
  LogColumns,
  scanRequest,
} from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaExporterFactory } from '../src/index.ts';
import { fnvPartition } from '../src/message-place.ts';
import { logsOf, logsRequest, RECEIVED_MS, requestOf, sentWith, telemetryOf } from './otlp-data.ts';
import { readRecords } from './read-records.ts';

const MISSING = kafkaMissing();
const DIRECT = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } } as const;

let broker: ScratchBroker;

async function startExporter(
  config: Readonly<Record<string, unknown>>,
): Promise<ConsumingComponent> {
  const exporter = kafkaExporterFactory.create(
    contractSignalSettings('kafka', 'logs'),
    kafkaExporterFactory.config.parse({
      brokers: broker.brokers,
      // A crowded machine is no reason to fail.
      timeout: '60s',
      ...DIRECT,
      ...config,
    }),
  );
  await exporter.start(contractHost());
  onTestFinished(() => exporter.shutdown(AbortSignal.timeout(5000)));
  return exporter;
}

/** Everything in a partition of a topic. */
async function recordsIn(topic: string, partition = 0): Promise<readonly BufferRecord[]> {
  const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  const records = await readRecords(buffer, topic, partition);
  await buffer.close();
  return records;
}

function itemsOf({ headers }: BufferRecord): number {
  return Number(headers['items']);
}

/** In hex, in order, of records with plain OTLP. */
function traceIdsIn(records: readonly BufferRecord[]): readonly string[] {
  return records.flatMap(({ value }) => {
    const columns = decodeRequests('logs', [requestOf('logs', value, 0)]);
    if (!(columns instanceof LogColumns)) throw new Error('no log columns');
    const ids = Buffer.from(columns.traceId);
    return Array.from({ length: columns.count }, (_, row) =>
      ids.subarray(row * 16, row * 16 + 16).toString('hex'),
    );
  });
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

  it('puts an item that is too large by itself into the dead letters, and writes the others', async () => {
    const producer = { max_message_bytes: 50_000 };
    const exporter = await startExporter({ topic: 'large', topic_partitions: 1, producer });
    await exporter.consume(telemetryOf(logsRequest(1, 60_000), logsRequest(3, 10)));
    expect((await recordsIn('large')).map(itemsOf)).toEqual([3]);
    const [letter, ...others] = await recordsIn(TOPICS.deadLetters);
    expect(others).toEqual([]);
    expect(letter?.headers).toMatchObject({
      tenant: 'acme',
      items: '1',
      code: 'TOO_LARGE',
      topic: 'large',
      partition: '0',
      reason: expect.stringMatching(/^record size \d+ exceeds max \d+: one item alone/),
    });
    expect(scanRequest('logs', letter?.value ?? new Uint8Array(0))).toBe(1);
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

  it('writes bodies alone where that is asked for, each with its own key and headers', async () => {
    const raw = { key_from_attribute: 'key', headers_from_attributes: ['schema', 'tenant'] };
    const exporter = await startExporter({
      topic_partitions: 1,
      topic_from_attribute: 'sonde.stream',
      logs: { topic: 'raw', encoding: 'raw', raw },
    });
    const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const bytes = encodeRequest('logs', {
      resourceLogs: [
        {
          resource: { attributes: [text('sonde.stream', 'sonde.service_map')] },
          scopeLogs: [
            {
              logRecords: [
                {
                  body: { bytesValue: Buffer.from('{"a":1}').toString('base64') },
                  attributes: [text('key', 'of\0one'), text('schema', 's/1'), text('tenant', 'b')],
                },
                { body: { stringValue: 'a "line"' } },
                { body: { kvlistValue: { values: [{ key: 'n', value: { intValue: '7' } }] } } },
                { body: { boolValue: true } },
                {},
              ],
            },
          ],
        },
      ],
    });
    await exporter.consume(telemetryOf(requestOf('logs', bytes, 5)));
    const records = await recordsIn('sonde.service_map');
    const texts = records.map(({ value }) => Buffer.from(value).toString());
    expect(new Set(texts)).toEqual(new Set(['{"a":1}', '"a \\"line\\""', '{"n":7}', 'true', '']));
    const keyed = records.find(({ key }) => key !== undefined);
    expect(Buffer.from(keyed?.key ?? []).toString()).toBe('of\0one');
    expect(keyed?.headers).toEqual({ tenant: 'b', schema: 's/1' });
    expect(records.find(({ key }) => key === undefined)?.headers).toEqual({ tenant: 'acme' });
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

  it('makes a topic again that was deleted, with the partitions that it is to have', async () => {
    const config = { topic: 'deleted', timeout: '3s' };
    const exporter = await startExporter({ ...config, topic_partitions: 3 });
    await exporter.consume(telemetryOf(logsRequest(1, 1)));
    const { Kafka, logLevel } = await import('kafkajs');
    const admin = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['deleted'] });
    await admin.disconnect();
    const refused = exporter.consume(telemetryOf(logsRequest(1, 1)));
    await expect(refused).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    for (let count = 0; count < 6; count += 1) {
      await exporter.consume(telemetryOf(logsRequest(1, 1)));
    }
    for (const partition of [0, 1, 2]) {
      expect(await recordsIn('deleted', partition)).toHaveLength(2);
    }
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

  it('writes into the topics that a resource attribute names', async () => {
    const exporter = await startExporter({
      topic: 'without',
      topic_partitions: 1,
      topic_from_attribute: 'kafka.topic',
    });
    const of = (topic: string): EncodedRequest => logsOf({ 'kafka.topic': topic }, ['', '']);
    const both = Buffer.concat([of('first').bytes, of('second').bytes, logsRequest(1, 1).bytes]);
    await exporter.consume(telemetryOf(requestOf('logs', both, 5)));
    for (const [topic, items] of [
      ['first', 2],
      ['second', 2],
      ['without', 1],
    ] as const) {
      expect((await recordsIn(topic)).map(itemsOf)).toEqual([items]);
    }
    const nowhere = exporter.consume(telemetryOf(of('a/b')));
    await expect(nowhere).rejects.toMatchObject({ code: 'INVALID_DATA', retryable: false });
  });

  it('gives messages the metadata of the client as headers', async () => {
    const exporter = await startExporter({
      topic: 'metadata',
      topic_partitions: 1,
      include_metadata_keys: ['X-Team', 'x-absent'],
    });
    await exporter.consume(sentWith({ 'x-team': 'shop' }, logsRequest(1, 1)));
    const [record] = await recordsIn('metadata');
    expect(record?.headers).toEqual({ tenant: 'acme', items: '1', 'X-Team': 'shop' });
  });

  it('keeps the records of a trace in one partition, a message a partition', async () => {
    const exporter = await startExporter({
      topic: 'by-trace',
      topic_partitions: 3,
      partition_logs_by_trace_id: true,
    });
    const ids = Array.from({ length: 30 }, (_, index) => `${index % 10}`.padStart(32, 'a'));
    await exporter.consume(telemetryOf(logsOf({}, ids), logsOf({}, ['', ''])));
    const partitions = await Promise.all([0, 1, 2].map((each) => recordsIn('by-trace', each)));
    expect(partitions.flat().reduce((sum, record) => sum + itemsOf(record), 0)).toBe(32);
    // One more is of the records without a trace.
    expect(partitions.flat().length).toBeLessThanOrEqual(4);
    for (const id of new Set(ids)) {
      const place = fnvPartition(Buffer.from(id), 3);
      const counts = partitions.map(
        (records) => traceIdsIn(records).filter((one) => one === id).length,
      );
      expect(counts).toEqual([0, 1, 2].map((each) => (each === place ? 3 : 0)));
    }
  });

  it('keeps the records of a resource in one partition', async () => {
    const exporter = await startExporter({
      topic: 'by-resource',
      topic_partitions: 3,
      partition_logs_by_resource_attributes: true,
    });
    const services = Array.from({ length: 12 }, (_, index) => `service-${index}-`);
    for (let time = 0; time < 2; time += 1) {
      const all = services.map((name) => logsOf({ 'service.name': name }, ['']).bytes);
      await exporter.consume(telemetryOf(requestOf('logs', Buffer.concat(all), 12)));
    }
    const partitions = await Promise.all([0, 1, 2].map((each) => recordsIn('by-resource', each)));
    expect(partitions.flat().length).toBeLessThanOrEqual(6);
    for (const name of services) {
      const holding = partitions.filter((records) =>
        records.some(({ value }) => Buffer.from(value).includes(name)),
      );
      expect(holding.length).toBe(1);
    }
  });
});
