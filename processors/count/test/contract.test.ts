import { connectorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { countConnectorFactory } from '../src/index.ts';

connectorContract({
  factory: countConnectorFactory,
  config: () => ({ spans: { 'my.spans': { attributes: [{ key: 'service.name' }] } } }),
  telemetry: sampleTelemetry,
});
