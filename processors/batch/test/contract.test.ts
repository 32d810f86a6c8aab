import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { batchProcessorFactory } from '../src/index.ts';

processorContract({
  factory: batchProcessorFactory,
  config: () => ({ send_batch_size: 1 }),
  telemetry: sampleTelemetry,
});
