import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { attributesProcessorFactory } from '../src/index.ts';

processorContract({
  factory: attributesProcessorFactory,
  config: () => ({ actions: [{ key: 'a', value: 'b', action: 'insert' }] }),
  defaultsRefused: 'missing required field "actions"',
  telemetry: sampleTelemetry,
});
