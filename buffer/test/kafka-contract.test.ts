import { afterAll, beforeAll, describe } from 'vitest';
import { describeBufferContract } from '../src/contract-suite.ts';
import { KafkaBuffer } from '../src/index.ts';
import { KAFKA_MISSING, startCluster } from './kafka-cluster.ts';

let running: Awaited<ReturnType<typeof startCluster>>;

describe.skipIf(KAFKA_MISSING !== undefined)(`Kafka ${KAFKA_MISSING ?? ''}`, () => {
  beforeAll(async () => {
    running = await startCluster();
  });

  afterAll(() => running.end());

  describeBufferContract(async () => ({
    name: 'kafka',
    open: () => KafkaBuffer.open({ brokers: running.cluster.brokers }),
    destroy: () => Promise.resolve(),
  }));
});
