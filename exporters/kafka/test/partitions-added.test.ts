import { type BufferRecord, KAFKA_CLIENTS, KafkaBuffer, rdKafkaPath } from '@sonde/buffer';
import type { ConsumingComponent } from '@sonde/pipeline';
import { contractHost, contractSignalSettings } from '@sonde/pipeline/contract-suite';
import { decodeRequests, LogColumns } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaExporterFactory } from '../src/index.ts';
import { fnvPartition } from '../src/message-place.ts';
import { logsOf, logsRequest, requestOf, telemetryOf } from './otlp-data.ts';
import { readRecords } from './read-records.ts';

const MISSING = kafkaMissing();
const CLIENTS = KAFKA_CLIENTS.filter((name) => name === 'kafkajs' || rdKafkaPath() !== undefined);
const TRACES = Array.from({ length: 24 }, (_, index) => index.toString(16).padStart(32, 'a'));

let broker: ScratchBroker;
let buffer: KafkaBuffer;

/** That looks at its topics every second, the shortest time there is. */
async function startExporter(
  client: string,
  config: Readonly<Record<string, unknown>>,
): Promise<ConsumingComponent> {
  const exporter = kafkaExporterFactory.create(
    contractSignalSettings('kafka', 'logs'),
    kafkaExporterFactory.config.parse({
      client,
      brokers: broker.brokers,
      timeout: '3s',
      metadata: { refresh_interval: '1s' },
      sending_queue: { enabled: false },
      retry_on_failure: { enabled: false },
      ...config,
    }),
  );
  await exporter.start(contractHost());
  onTestFinished(() => exporter.shutdown(AbortSignal.timeout(5000)));
  return exporter;
}

async function recordsIn(topic: string): Promise<readonly (readonly BufferRecord[])[]> {
  await buffer.findTopic(topic);
  const partitions = Array.from({ length: buffer.partitionCount(topic) }, (_, index) => index);
  return Promise.all(partitions.map((partition) => readRecords(buffer, topic, partition)));
}

function tracesIn({ value }: BufferRecord): readonly string[] {
  const columns = decodeRequests('logs', [requestOf('logs', value, 0)]);
  if (!(columns instanceof LogColumns)) throw new Error('no log columns');
  const ids = Buffer.from(columns.traceId);
  return Array.from({ length: columns.count }, (_, row) =>
    ids.subarray(row * 16, row * 16 + 16).toString('hex'),
  );
}

async function removeTopic(topic: string): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const admin = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

describe.skipIf(MISSING !== undefined)(`a topic under an exporter ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    broker = await startScratchBroker();
    buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  });

  afterAll(async () => {
    await buffer.close();
    await broker.end();
  });

  it.each(CLIENTS)(
    'that gets more partitions has all of them written to, every request once, by %s',
    async (client) => {
      const topic = `grown-${client}`;
      await buffer.createTopic(topic, { partitions: 1 });
      const exporter = await startExporter(client, { topic });
      let sent = 0;
      const sendUntil = async (isEnough: () => Promise<boolean>): Promise<void> => {
        while (!(await isEnough())) {
          // Several are under way together, as behind a receiver.
          const some = Array.from({ length: 8 }, () =>
            exporter.consume(telemetryOf(logsRequest(1, 1000))),
          );
          await Promise.all(some);
          sent += some.length;
        }
      };
      await sendUntil(async () => sent >= 16);
      await buffer.createTopic(topic, { partitions: 3 });
      await sendUntil(async () => (await recordsIn(topic)).every(({ length }) => length > 5));
      const counts = (await recordsIn(topic)).map(({ length }) => length);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(sent);
    },
  );

  it('that gets more partitions has each trace in one of them before, and in one afterwards', async () => {
    const topic = 'grown-by-trace';
    await buffer.createTopic(topic, { partitions: 2 });
    const exporter = await startExporter('kafkajs', { topic, partition_logs_by_trace_id: true });
    const send = () => exporter.consume(telemetryOf(logsOf({}, TRACES)));
    await send();
    await buffer.createTopic(topic, { partitions: 5 });
    let requests = 1;
    while ((await recordsIn(topic)).slice(2).every(({ length }) => length === 0)) {
      await send();
      requests += 1;
    }
    const partitions = await recordsIn(topic);
    const places = (id: string) =>
      partitions.map((records) => records.flatMap(tracesIn).filter((one) => one === id).length);
    for (const id of TRACES) {
      const before = fnvPartition(Buffer.from(id), 2);
      const afterwards = fnvPartition(Buffer.from(id), 5);
      const expected = partitions.map(() => 0);
      // The last request is the first one that was placed among five.
      expected[before] = requests - 1;
      expected[afterwards] = (expected[afterwards] ?? 0) + 1;
      expect(places(id)).toEqual(expected);
    }
  });

  it.each(CLIENTS)(
    'that is made anew with fewer partitions is written to again soon, by %s',
    async (client) => {
      const topic = `shrunk-${client}`;
      await buffer.createTopic(topic, { partitions: 3 });
      const exporter = await startExporter(client, { topic });
      for (let n = 0; n < 3; n += 1) await exporter.consume(telemetryOf(logsRequest(1, 1)));
      await removeTopic(topic);
      const other = await KafkaBuffer.open({ brokers: broker.brokers });
      onTestFinished(() => other.close());
      await other.createTopic(topic, { partitions: 1 });
      let refused = 0;
      let inARow = 0;
      while (inARow < 6) {
        try {
          await exporter.consume(telemetryOf(logsRequest(1, 1)));
          inARow += 1;
        } catch (error) {
          expect(error).toMatchObject({ retryable: true });
          inARow = 0;
          refused += 1;
        }
      }
      expect(refused).toBeLessThan(5);
      expect((await recordsIn(topic)).map(({ length }) => length >= 6)).toEqual([true]);
    },
    30_000,
  );
});
