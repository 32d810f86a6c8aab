import { processorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { memoryLimiterFactory } from '../src/index.ts';

processorContract({
  factory: memoryLimiterFactory,
  config: () => ({ check_interval: '1h', limit_mib: 1_000_000 }),
  defaultsRefused: "'check_interval' must be greater than zero",
  telemetry: sampleTelemetry,
});
