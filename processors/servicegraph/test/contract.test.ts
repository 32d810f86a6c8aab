import { connectorContract } from '@sonde/pipeline/contract-suite';
import { requestOf, telemetryOf } from '@sonde/processor-test-graph';
import { serviceGraphConnectorFactory } from '../src/index.ts';

const CALL = {
  resourceSpans: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'web' } }] },
      scopeSpans: [
        {
          spans: [
            {
              traceId: '1'.repeat(32),
              spanId: '2'.repeat(16),
              kind: 3,
              attributes: [{ key: 'db.name', value: { stringValue: 'carts' } }],
            },
          ],
        },
      ],
    },
  ],
};

connectorContract({
  factory: serviceGraphConnectorFactory,
  config: () => ({ metrics_flush_interval: '0s' }),
  telemetry: () => telemetryOf([requestOf('traces', CALL)]),
  skips: { refusals: 'spans are taken when they are paired; metrics are tried again' },
});
