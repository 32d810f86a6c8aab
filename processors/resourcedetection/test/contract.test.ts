import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { resourceDetectionFactory } from '../src/index.ts';

processorContract({
  factory: resourceDetectionFactory,
  config: () => ({ detectors: ['env', 'system'], refresh_interval: '1h' }),
  telemetry: sampleTelemetry,
});
