import { afterAll, beforeAll, describe } from 'vitest';
import {
  kafkaMissing,
  type ScratchBroker,
  startScratchBroker,
} from '../../scripts/lib/kafka-broker.mjs';
import { describeBufferContract } from '../src/contract-suite.ts';
import { KafkaBuffer, rdKafkaPath } from '../src/index.ts';

const MISSING: string | undefined =
  rdKafkaPath() === undefined ? 'no librdkafka here: npm run setup:librdkafka' : kafkaMissing();

let running: ScratchBroker;

describe.skipIf(MISSING !== undefined)(`Kafka by librdkafka ${MISSING ?? ''}`, () => {
  beforeAll(async () => {
    running = await startScratchBroker();
  });

  afterAll(() => running.end());

  describeBufferContract(async () => ({
    name: 'kafka by librdkafka',
    open: () => KafkaBuffer.open({ brokers: running.brokers, client: 'librdkafka' }),
    destroy: () => Promise.resolve(),
  }));
});
