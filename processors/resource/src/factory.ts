import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type ResourceConfig, resourceConfig } from './config.ts';
import { resourceStep, resourceWireStep } from './resource-step.ts';

/** The processor `resource`: actions on the attributes of resources. */
export const resourceProcessorFactory: ProcessorFactory<ResourceConfig> = {
  kind: 'processor',
  type: 'resource',
  config: resourceConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: ({ signal }, config, next) =>
    new ColumnProcessor(resourceStep(config), next, resourceWireStep(config, signal)),
};
