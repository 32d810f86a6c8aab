import { type ConnectorFactory, OwnTelemetry } from '@sonde/pipeline';
import { type RoutingConfig, RoutingConfigSchema } from './config.ts';
import { Routing } from './routing.ts';
import { routingTable } from './routing-table.ts';

/** The connector `routing`: gives data to pipelines by conditions. */
export const routingConnectorFactory: ConnectorFactory<RoutingConfig> = {
  kind: 'connector',
  type: 'routing',
  pairs: { traces: { traces: 'alpha' }, metrics: { metrics: 'alpha' }, logs: { logs: 'alpha' } },
  config: RoutingConfigSchema,
  create: (settings, config, next) => {
    const { id, from, telemetry = new OwnTelemetry() } = settings;
    const table = routingTable(config, settings, next);
    const dropped = telemetry.itemCounter(
      'otelcol_connector_routing_dropped',
      from,
      'Number of items dropped because no route moved them and there are no default pipelines.',
    );
    return new Routing(table, (items) => dropped.add(items, { connector: id }));
  },
};
