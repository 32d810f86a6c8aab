import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type TransformConfig, transformConfig } from './config.ts';
import { transformStep } from './transform-step.ts';

/** The processor `transform`: statements in OTTL. */
export const transformProcessorFactory: ProcessorFactory<TransformConfig> = {
  kind: 'processor',
  type: 'transform',
  config: transformConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: (settings, config, next) => new ColumnProcessor(transformStep(config, settings), next),
};
