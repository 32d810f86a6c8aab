import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { resourceProcessorFactory } from '../src/index.ts';

processorContract({
  factory: resourceProcessorFactory,
  config: () => ({ attributes: [{ key: 'a', value: 'b', action: 'insert' }] }),
  defaultsRefused: 'missing required field "attributes"',
  telemetry: sampleTelemetry,
});
