import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { probabilisticSamplerFactory } from '../src/index.ts';

processorContract({
  factory: probabilisticSamplerFactory,
  config: () => ({ sampling_percentage: 100, fail_closed: false }),
  telemetry: sampleTelemetry,
});
