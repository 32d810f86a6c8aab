import type { ConnectorFactory } from '@sonde/pipeline';
import { type ForwardConfig, ForwardConfigSchema } from './config.ts';
import { Forward } from './forward.ts';

export const forwardConnectorFactory: ConnectorFactory<ForwardConfig> = {
  kind: 'connector',
  type: 'forward',
  pairs: {
    traces: { traces: 'beta' },
    metrics: { metrics: 'beta' },
    logs: { logs: 'beta' },
    profiles: { profiles: 'alpha' },
  },
  config: ForwardConfigSchema,
  create: (_settings, _config, next) => new Forward(next),
};
