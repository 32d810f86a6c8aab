import { afterAll, beforeAll, describe } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { describeBufferContract } from '../src/contract-suite.ts';
import { KafkaBuffer } from '../src/index.ts';

const MISSING: string | undefined = kafkaMissing();

let running: ScratchBroker;

describe.skipIf(MISSING !== undefined)(`Kafka ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    running = await startScratchBroker();
  });

  afterAll(() => running.end());

  describeBufferContract(async () => ({
    name: 'kafka',
    open: () => KafkaBuffer.open({ brokers: running.brokers }),
    destroy: () => Promise.resolve(),
  }));
});
