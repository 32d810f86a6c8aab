import { HEADERS, KafkaBuffer, TOPICS } from '@sonde/buffer';
import { exporterContract } from '@sonde/pipeline/contract-suite';
import type { Signal } from '@sonde/proto';
import { afterAll, describe } from 'vitest';
import { kafkaMissing, startScratchBroker } from '../../../scripts/lib/kafka-broker.mjs';
import { kafkaExporterFactory } from '../src/index.ts';
import { requestOf, telemetryOf } from './otlp-data.ts';

const MISSING = kafkaMissing();
const DIRECT = { sending_queue: { enabled: false }, retry_on_failure: { enabled: false } } as const;

if (MISSING === undefined) {
  const broker = await startScratchBroker();
  afterAll(() => broker.end());

  const received = async (signal: Signal): Promise<number> => {
    const buffer = await KafkaBuffer.open({ brokers: broker.brokers });
    await buffer.createTopic(TOPICS[signal], { partitions: 1 });
    const read = { bytesMax: 1 << 20, recordsMax: 10_000, waitMs: 0 };
    let items = 0;
    for (let partition = 0; partition < buffer.partitionCount(TOPICS[signal]); partition += 1) {
      const reader = await buffer.openReader('check', TOPICS[signal], partition);
      const records = await reader.read(0, read);
      items += records.reduce((sum, { headers }) => sum + Number(headers[HEADERS.items]), 0);
    }
    await buffer.close();
    return items;
  };

  exporterContract({
    factory: kafkaExporterFactory,
    config: () => ({ brokers: broker.brokers, ...DIRECT }),
    telemetry: (signal) => telemetryOf(requestOf(signal, Buffer.from('as it came'), 3)),
    received,
    unreachableConfig: () => ({ brokers: ['127.0.0.1:1'], timeout: '200ms', ...DIRECT }),
  });
} else {
  describe.skip(`the exporter contract of kafka (${MISSING})`, () => {});
}
