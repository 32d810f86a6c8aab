import type { ConnectorFactory } from '@sonde/pipeline';
import { type ServiceGraphConfig, ServiceGraphConfigSchema } from './config.ts';
import { ServiceGraph } from './service-graph.ts';

/** The connector `service_graph`: calls between services as metrics. */
export const serviceGraphConnectorFactory: ConnectorFactory<ServiceGraphConfig> = {
  kind: 'connector',
  type: 'service_graph',
  aliases: ['servicegraph'],
  pairs: { traces: { metrics: 'alpha' } },
  config: ServiceGraphConfigSchema,
  create: (settings, config, next) => new ServiceGraph(settings, config, next),
};
