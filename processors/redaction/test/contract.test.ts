import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { redactionProcessorFactory } from '../src/index.ts';

processorContract({
  factory: redactionProcessorFactory,
  config: () => ({ allow_all_keys: true, blocked_values: ['secret'] }),
  telemetry: sampleTelemetry,
});
