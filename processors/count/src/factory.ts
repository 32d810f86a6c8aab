import type { ConnectorFactory } from '@sonde/pipeline';
import { type CountConfig, CountConfigSchema } from './config.ts';
import { Count } from './count.ts';
import { countersOf } from './counters.ts';

/** The connector `count`: how many spans, events, metrics, points and log records there were. */
export const countConnectorFactory: ConnectorFactory<CountConfig> = {
  kind: 'connector',
  type: 'count',
  pairs: {
    traces: { metrics: 'alpha' },
    metrics: { metrics: 'alpha' },
    logs: { metrics: 'alpha' },
  },
  config: CountConfigSchema,
  create: ({ id, from }, config, next) => new Count(id, countersOf(from, config), next),
};
