import { receiverContract } from '@sonde/pipeline/contract-suite';
import { afterAll, describe } from 'vitest';
import { kafkaMissing, startScratchBroker } from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaReceiverFactory } from '../src/index.ts';

const MISSING = kafkaMissing();

if (MISSING === undefined) {
  const broker = await startScratchBroker();
  afterAll(() => broker.end());
  // Nobody waits for an answer: what becomes of refusals is in delivery/test.
  receiverContract({
    factory: kafkaReceiverFactory,
    config: () => ({ brokers: broker.brokers }),
  });
} else {
  describe.skip(`the receiver contract of kafka (${MISSING})`, () => {});
}
