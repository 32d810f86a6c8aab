import type { ConnectorFactory } from '@sonde/pipeline';
import { connectorContract } from '@sonde/pipeline/contract-suite';
import { sampleTelemetry } from '@sonde/processor-test-graph';
import { routingConnectorFactory } from '../src/index.ts';

const PAIRS = [
  { traces: { traces: 'alpha' } },
  { metrics: { metrics: 'alpha' } },
  { logs: { logs: 'alpha' } },
] as const;

// Pipelines of a table are of one signal: each pair has a configuration of its own.
for (const pairs of PAIRS) {
  const factory: ConnectorFactory = { ...routingConnectorFactory, pairs };
  connectorContract({
    factory,
    config: () => ({
      table: [
        {
          condition: 'resource.attributes["service.name"] == "shop"',
          pipelines: [`${Object.keys(pairs).join()}/contract`],
        },
      ],
    }),
    defaultsRefused: /the routing table is empty/,
    telemetry: sampleTelemetry,
  });
}
