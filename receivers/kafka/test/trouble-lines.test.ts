import type { ComponentStatus } from '@sonde/pipeline';
import {
  contractHost,
  contractSettings,
  GatedConsumer,
  RecordingLogger,
} from '@sonde/pipeline/contract-suite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaReceiverConfig, kafkaReceiverFactory } from '../src/index.ts';
import { TroubleLines } from '../src/trouble-lines.ts';

const MISSING = kafkaMissing();

describe('troubles of a receiver', () => {
  it('are told once a minute, however often they come', () => {
    const lines = new TroubleLines();
    expect(lines.isWorthTelling('no broker', 0)).toBe(true);
    expect(lines.isWorthTelling('no broker', 59_999)).toBe(false);
    expect(lines.isWorthTelling('no topic', 59_999)).toBe(true);
    expect(lines.isWorthTelling('no broker', 60_000)).toBe(true);
    expect(lines.isWorthTelling('no broker', 60_001)).toBe(false);
  });

  it('keep no more than twenty texts in mind', () => {
    const lines = new TroubleLines();
    for (let number = 0; number <= 20; number += 1) lines.isWorthTelling(`text ${number}`, 0);
    expect(lines.isWorthTelling('text 20', 1)).toBe(false);
    expect(lines.isWorthTelling('text 0', 1)).toBe(true);
  });
});

describe.skipIf(MISSING !== undefined)(`a receiver without its topic ${MISSING ?? ''}`, () => {
  let broker: ScratchBroker;

  beforeAll(async () => {
    broker = await startScratchBroker();
  });

  afterAll(() => broker?.end());

  it('asks on and on, and says so once', async () => {
    const logger = new RecordingLogger();
    const config = kafkaReceiverConfig.parse({
      brokers: broker.brokers,
      logs: { topic: 'nobody_made_it' },
    });
    const receiver = kafkaReceiverFactory.create(contractSettings('kafka', logger), config, {
      logs: new GatedConsumer(),
    });
    const seen = new Promise<readonly ComponentStatus[]>((resolve) => {
      const statuses: ComponentStatus[] = [];
      const reportStatus = (status: ComponentStatus): void => {
        if (statuses.push(status) === 3) resolve(statuses);
      };
      void receiver.start({ ...contractHost(), reportStatus });
    });
    const states = (await seen).map(({ state }) => state);
    await receiver.shutdown(AbortSignal.timeout(5000));
    expect(states).toEqual(['recoverable', 'recoverable', 'recoverable']);
    expect(logger.lines.map(({ message, fields }) => [message, fields['error']])).toEqual([
      ['Kafka cannot be read for now.', 'there is no topic nobody_made_it'],
    ]);
  });
});
