import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { attributesStep, attributesWireStep } from './attributes-step.ts';
import { type AttributesConfig, attributesConfig } from './config.ts';

/** The processor `attributes`: actions on the attributes of spans, log records and data points. */
export const attributesProcessorFactory: ProcessorFactory<AttributesConfig> = {
  kind: 'processor',
  type: 'attributes',
  config: attributesConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: ({ signal }, config, next) => {
    const step = attributesStep(config, signal);
    return new ColumnProcessor(step, next, attributesWireStep(config, signal));
  },
};
