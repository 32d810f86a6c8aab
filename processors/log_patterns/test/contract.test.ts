import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { logPatternsProcessorFactory } from '../src/index.ts';

processorContract({
  factory: logPatternsProcessorFactory,
  config: () => ({ template: true }),
  telemetry: sampleTelemetry,
});
