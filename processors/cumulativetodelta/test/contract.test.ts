import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { cumulativeToDeltaFactory } from '../src/index.ts';

processorContract({
  factory: cumulativeToDeltaFactory,
  config: () => ({ initial_value: 'keep', max_staleness: '1h' }),
  telemetry: sampleTelemetry,
});
