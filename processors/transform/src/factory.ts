import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type TransformConfig, transformConfig } from './config.ts';
import { transformStep, transformWireStep } from './transform-step.ts';

/** The processor `transform`: statements in OTTL. */
export const transformProcessorFactory: ProcessorFactory<TransformConfig> = {
  kind: 'processor',
  type: 'transform',
  config: transformConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: (settings, config, next) => {
    const step = transformStep(config, settings);
    return new ColumnProcessor(step, next, transformWireStep(config, settings));
  },
};
