import { randomUUID } from 'node:crypto';
import { KAFKA_CLIENTS, KafkaBuffer, rdKafkaPath } from '@sonde/buffer';
import type { Consumer, Telemetry } from '@sonde/pipeline';
import { contractHost, contractSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { LogColumns } from '@sonde/proto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaReceiverConfig, kafkaReceiverFactory } from '../src/index.ts';
import { logsRequest } from './log-requests.ts';

const MISSING = kafkaMissing();
const CLIENTS = KAFKA_CLIENTS.filter((name) => name === 'kafkajs' || rdKafkaPath() !== undefined);
const PARTITIONS = 3;
const RECORDS = 400;

let broker: ScratchBroker;

/** Remembers ranges as a store does its tokens: one that it had before it takes for a repetition. */
class Store implements Consumer {
  readonly rows = new Map<string, number>();
  readonly #ranges = new Set<string>();

  async consume(telemetry: Telemetry): Promise<void> {
    const { source } = telemetry;
    const range = JSON.stringify({ ...source, settingsVersion: 0 });
    if (this.#ranges.has(range)) return;
    this.#ranges.add(range);
    const columns = telemetry.columns();
    if (!(columns instanceof LogColumns)) throw new Error('no log columns');
    // A request of this test has its line as its tenant, too.
    for (const { tenant } of telemetry.requests) {
      this.rows.set(tenant, (this.rows.get(tenant) ?? 0) + 1);
    }
  }

  /** How often each of the lines of `life` came. */
  counts(life: string): readonly number[] {
    return Array.from({ length: RECORDS }, (_, n) => this.rows.get(`${life}-${n}`) ?? 0);
  }
}

async function fill(buffer: KafkaBuffer, topic: string, life: string): Promise<void> {
  for (let n = 0; n < RECORDS; n += 1) {
    const line = `${life}-${n}`;
    const record = { value: logsRequest(line), headers: { tenant: line }, timestampUnixMs: 1 };
    await buffer.append(topic, n % PARTITIONS, [record]);
  }
}

async function deleteTopic(topic: string): Promise<void> {
  const { Kafka, logLevel } = await import('kafkajs');
  const kafka = new Kafka({ brokers: [...broker.brokers], logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
}

async function openBuffer(): Promise<KafkaBuffer> {
  const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
  onTestFinished(() => buffer.close());
  return buffer;
}

describe.skipIf(MISSING !== undefined).each(CLIENTS)(
  `a topic that is deleted and made anew under the receiver, by %s ${MISSING ?? ''}`,
  (client) => {
    beforeAll(async () => {
      broker = await startScratchBroker();
    });

    afterAll(() => broker.end());

    it('is read from its start each time, every request once, though ranges repeat', async () => {
      const topic = `logs-${randomUUID()}`;
      await (await openBuffer()).createTopic(topic, { partitions: PARTITIONS });
      const store = new Store();
      const logger = new RecordingLogger();
      const host = contractHost();
      const config = kafkaReceiverConfig.parse({
        client,
        brokers: broker.brokers,
        group_id: 'store',
        initial_offset: 'earliest',
        session_timeout: '6s',
        heartbeat_interval: '200ms',
        logs: { topic },
        // Ranges of one offset: those of every life are the same.
        batch: { timeout: '1ms', items_max: 1 },
        retry: { initial_interval: '5ms', max_interval: '50ms' },
      });
      const settings = contractSettings('kafka', logger);
      const receiver = kafkaReceiverFactory.create(settings, config, { logs: store });
      await receiver.start(host);
      onTestFinished(() => receiver.shutdown(AbortSignal.timeout(5000)));
      for (const life of ['first', 'second', 'third']) {
        if (life !== 'first') {
          await deleteTopic(topic);
          await (await openBuffer()).createTopic(topic, { partitions: PARTITIONS });
        }
        await fill(await openBuffer(), topic, life);
        // The last one is read to its end; those before are deleted in the middle of it.
        const enough = life === 'third' ? RECORDS : 20;
        await expect
          .poll(() => store.counts(life).filter((count) => count > 0).length, { timeout: 60_000 })
          .toBeGreaterThanOrEqual(enough);
      }
      expect(new Set(store.counts('third'))).toEqual(new Set([1]));
      expect([...store.rows.values()].filter((count) => count !== 1)).toEqual([]);
      expect(
        logger.lines.some(({ message }) => message.startsWith('A partition is read anew')),
      ).toBe(true);
      expect(host.reported.filter(({ state }) => state === 'fatal')).toEqual([]);
    }, 120_000);
  },
);
