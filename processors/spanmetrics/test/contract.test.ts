import { connectorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { spanMetricsConnectorFactory } from '../src/index.ts';

connectorContract({
  factory: spanMetricsConnectorFactory,
  config: () => ({ metrics_flush_interval: '0s' }),
  telemetry: sampleTelemetry,
  skips: { refusals: 'spans are taken when they are counted; metrics are tried again' },
});
