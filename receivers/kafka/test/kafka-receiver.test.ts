import { randomUUID } from 'node:crypto';
import { KAFKA_CLIENTS, KafkaBuffer, type NewRecord, rdKafkaPath, TOPICS } from '@sonde/buffer';
import { type Component, type Consumer, SondeError, type Telemetry } from '@sonde/pipeline';
import { contractHost, contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { LogColumns, MalformedError, protobufToJson } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaReceiverConfig, kafkaReceiverFactory } from '../src/index.ts';
import { logsRequest } from './log-requests.ts';

const MISSING = kafkaMissing();

/** librdkafka where `npm run setup:librdkafka` has built it. */
const CLIENTS = KAFKA_CLIENTS.filter((name) => name === 'kafkajs' || rdKafkaPath() !== undefined);

let broker: ScratchBroker;
let client: (typeof CLIENTS)[number] = 'kafkajs';
let topic: string;

/** The end of a pipeline: takes a range once. */
class Store implements Consumer {
  readonly taken: Telemetry[] = [];
  answer: () => void = () => {};
  readonly #waiting = new Set<() => void>();

  async consume(telemetry: Telemetry): Promise<void> {
    this.answer();
    try {
      if (!(telemetry.columns() instanceof LogColumns)) throw new Error('no log columns');
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
    this.taken.push(telemetry);
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  get rows(): number {
    return this.taken.reduce((sum, { itemCount }) => sum + itemCount, 0);
  }

  async until(holds: (store: Store) => boolean): Promise<void> {
    while (!holds(this)) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}

async function startReceiver(
  config: Readonly<Record<string, unknown>> = {},
): Promise<{ store: Store; receiver: Component; logger: RecordingLogger }> {
  const store = new Store();
  const logger = new RecordingLogger();
  const parsed = kafkaReceiverConfig.parse({
    client,
    brokers: broker.brokers,
    group_id: 'store',
    initial_offset: 'earliest',
    session_timeout: '6s',
    heartbeat_interval: '200ms',
    logs: { topic },
    batch: { timeout: '20ms' },
    retry: { initial_interval: '5ms', max_interval: '20ms' },
    ...config,
  });
  const receiver = kafkaReceiverFactory.create(contractSettings('kafka', logger), parsed, {
    logs: store,
  });
  await receiver.start(contractHost());
  onTestFinished(() => receiver.shutdown(AbortSignal.timeout(5000)));
  return { store, receiver, logger };
}

async function openBuffer(): Promise<KafkaBuffer> {
  const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  onTestFinished(() => buffer.close());
  return buffer;
}

function record(value: Uint8Array, headers: Readonly<Record<string, string>> = {}): NewRecord {
  return { value, headers, timestampUnixMs: 1_750_000_000_000 };
}

function stop(receiver: Component): Promise<void> {
  return receiver.shutdown(new AbortController().signal);
}

describe('the configuration', () => {
  it('has the Collector s defaults', () => {
    const { batch, retry, ...config } = kafkaReceiverConfig.parse(undefined);
    expect(config).toMatchObject({
      brokers: ['localhost:9092'],
      group_id: 'otel-collector',
      initial_offset: 'latest',
      session_timeout: 10_000,
      heartbeat_interval: 3000,
      topicsOf: { traces: { topics: ['otlp_spans'], encoding: 'otlp_proto' } },
    });
    expect(batch.items_max).toBe(100_000);
    expect(retry.initial_interval).toBe(1000);
  });

  it('reads several topics of a signal, and what upstream says of commits', () => {
    const config = kafkaReceiverConfig.parse({
      logs: { topics: ['a', 'b'], encoding: 'otlp_json' },
      autocommit: { enable: false, interval: '5s' },
      message_marking: { after: true, on_error: false },
      group_rebalance_strategy: 'range',
    });
    expect(config.topicsOf.logs).toMatchObject({ topics: ['a', 'b'], encoding: 'otlp_json' });
  });

  it.each([
    [{ logs: { topics: ['^otlp['] } }, 'missing closing ]'],
    [{ logs: { topics: ['otlp'], exclude_topics: ['a'] } }, 'needs topics by regular expression'],
    [{ session_timeout: '1s' }, 'between 6s and 30m'],
    [{ heartbeat_interval: '1m' }, 'less than session_timeout'],
    [{ logs: { encoding: 'raw' } }, 'is not supported'],
    [{ initial_offset: 'middle' }, 'latest'],
  ])('refuses %j', (raw, text) => {
    expect(JSON.stringify(kafkaReceiverConfig.safeParse(raw).error?.issues)).toContain(text);
  });
});

describe.skipIf(MISSING !== undefined).each(CLIENTS)(
  `the receiver by %s ${MISSING ?? ''}`,
  (name) => {
    beforeAll(async () => {
      client = name;
      broker = await startScratchBroker();
    });

    afterAll(() => broker.end());

    async function makeTopic(buffer: KafkaBuffer, partitions = 1): Promise<void> {
      topic = `logs-${randomUUID()}`;
      await buffer.createTopic(topic, { partitions });
    }

    it('delivers what lies in all partitions, with range, tenant and time of receipt', async () => {
      const buffer = await openBuffer();
      await makeTopic(buffer, 3);
      for (const partition of [0, 1, 2]) {
        const headers = { tenant: 'acme', items: '2' };
        await buffer.append(topic, partition, [record(logsRequest('a', 'b'), headers)]);
      }
      const { store, receiver } = await startReceiver();
      await store.until(({ taken }) => taken.length === 3);
      await stop(receiver);
      expect(store.taken.map(({ source }) => source?.partition).sort()).toEqual([0, 1, 2]);
      expect(store.taken[0]?.source).toMatchObject({ topic, from: 0, to: 1 });
      expect(store.taken[0]?.requests[0]).toMatchObject({
        tenant: 'acme',
        itemCount: 2,
        receivedUnixMs: 1_750_000_000_000,
      });
      const positions = [0, 1, 2].map((partition) => buffer.openReader('store', topic, partition));
      expect((await Promise.all(positions)).map((reader) => reader.position())).toEqual([1, 1, 1]);
    });

    it('counts the items of messages of other producers, whose tenant is the default one', async () => {
      const buffer = await openBuffer();
      await makeTopic(buffer);
      await buffer.append(topic, 0, [record(logsRequest('a', 'b', 'c'))]);
      const { store } = await startReceiver();
      await store.until(({ rows }) => rows === 3);
      expect(store.taken[0]?.requests[0]?.tenant).toBe('default');
    });

    it('reads topics by pattern, without those that are excluded, and those that come later', async () => {
      const buffer = await openBuffer();
      const prefix = `pattern-${randomUUID()}`;
      for (const name of ['a', 'b', 'not', 'no-1']) {
        await buffer.createTopic(`${prefix}-${name}`, { partitions: 1 });
        await buffer.append(`${prefix}-${name}`, 0, [record(logsRequest(name))]);
      }
      const topics = [`^${prefix}-`];
      const exclude_topics = [`${prefix}-not`, '^.*-no-[0-9]$'];
      const { store } = await startReceiver({ group_id: prefix, logs: { topics, exclude_topics } });
      await store.until(({ rows }) => rows === 2);
      expect(store.taken.map(({ source }) => source?.topic).sort()).toEqual(
        ['a', 'b'].map((name) => `${prefix}-${name}`),
      );
      await buffer.createTopic(`${prefix}-late`, { partitions: 1 });
      await buffer.append(`${prefix}-late`, 0, [record(logsRequest('late'))]);
      await store.until(({ rows }) => rows === 3);
      expect(store.taken.at(-1)?.source?.topic).toBe(`${prefix}-late`);
    }, 90_000);

    it('makes resource attributes of the headers that are named', async () => {
      const buffer = await openBuffer();
      await makeTopic(buffer);
      const headers = { team: 'shop', other: 'x', tenant: 'acme' };
      await buffer.append(topic, 0, [record(logsRequest('a'), headers), record(logsRequest('b'))]);
      const { store } = await startReceiver({
        header_extraction: { extract_headers: true, headers: ['team', 'absent'] },
      });
      await store.until(({ rows }) => rows === 2);
      const requests = store.taken.flatMap((telemetry) => telemetry.requests);
      const texts = requests.map(({ bytes }) => protobufToJson('logs', bytes));
      expect(texts[0]).toContain('{"key":"kafka.header.team","value":{"stringValue":"shop"}}');
      expect(texts[0]).not.toContain('kafka.header.other');
      expect(texts[1]).not.toContain('kafka.header');
      expect(requests.map(({ tenant }) => tenant)).toEqual(['acme', 'default']);
    });

    it('finds its partitions again when it comes back under its name, without a rebalance', async () => {
      const buffer = await openBuffer();
      await makeTopic(buffer, 2);
      const group_id = `named-${randomUUID()}`;
      const named = { group_id, session_timeout: '30s' };
      const first = await startReceiver({ ...named, group_instance_id: 'one' });
      const other = await startReceiver({ ...named, group_instance_id: 'two' });
      const partitionsOf = ({ logger }: { logger: RecordingLogger }): unknown[] =>
        logger.lines
          .filter(({ message }) => message === 'Reading a partition.')
          .map(({ fields }) => fields?.['partition']);
      while (partitionsOf(other).length < 1) await new Promise((resolve) => setImmediate(resolve));
      await stop(first.receiver);
      const before = partitionsOf(other).length;
      const again = await startReceiver({ ...named, group_instance_id: 'one' });
      for (const partition of [0, 1])
        await buffer.append(topic, partition, [record(logsRequest('a'))]);
      await again.store.until(({ rows }) => rows === 1);
      await other.store.until(({ rows }) => rows === 1);
      expect(partitionsOf(other).length).toBe(before);
    }, 60_000);

    it('reads JSON where that is said', async () => {
      const buffer = await openBuffer();
      await makeTopic(buffer);
      const json = Buffer.from(protobufToJson('logs', logsRequest('a', 'b')));
      await buffer.append(topic, 0, [record(json), record(Buffer.from('{"resourceLogs": 7}'))]);
      await buffer.append(topic, 0, [record(json)]);
      const { store } = await startReceiver({ logs: { topic, encoding: 'otlp_json' } });
      await store.until(({ rows }) => rows === 4);
      await buffer.findTopic(TOPICS.deadLetters);
      const letters = await buffer.openReader('check', TOPICS.deadLetters, 0);
      const read = { bytesMax: 1 << 20, recordsMax: 100, waitMs: 0 };
      const found = (await letters.read(0, read)).filter(
        ({ headers }) => headers['topic'] === topic,
      );
      expect(found.map(({ headers }) => headers['offset'])).toEqual(['1']);
      expect(Buffer.from(found[0]?.value ?? []).toString()).toBe('{"resourceLogs": 7}');
    });

    it('delivers a range again as it was when it dies before the commit', async () => {
      const buffer = await openBuffer();
      await makeTopic(buffer);
      await buffer.append(topic, 0, [record(logsRequest('a')), record(logsRequest('b'))]);
      const first = await startReceiver();
      first.store.answer = () => {
        throw new SondeError('UNAVAILABLE', 'the store is away');
      };
      while (!first.logger.lines.some(({ message }) => message.includes('trying again'))) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await stop(first.receiver);
      await buffer.append(topic, 0, [record(logsRequest('c'))]);
      const { store } = await startReceiver({ batch: { items_max: 1 } });
      await store.until(({ rows }) => rows === 3);
      expect(store.taken.map(({ source }) => [source?.from, source?.to])).toEqual([
        [0, 2],
        [2, 3],
      ]);
    });

    it('starts while no broker answers, says so, and reads once one does', async () => {
      const late = await startScratchBroker();
      onTestFinished(() => late.end());
      const [node] = late.nodes;
      await node?.kill();
      const { store, logger } = await startReceiver({
        brokers: late.brokers,
        logs: { topic: 't' },
      });
      while (!logger.lines.some(({ message }) => message === 'Kafka cannot be read for now.')) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await node?.start();
      const buffer = await KafkaBuffer.open({ brokers: late.brokers });
      await buffer.createTopic('t', { partitions: 1 });
      await buffer.append('t', 0, [record(logsRequest('a'))]);
      await store.until(({ rows }) => rows === 1);
      await buffer.close();
    });
  },
);
