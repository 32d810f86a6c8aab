import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type FilterConfig, filterConfig } from './config.ts';
import { filterStep, filterWireStep } from './filter-step.ts';

/** The processor `filter`: drops spans, log records and metrics. */
export const filterProcessorFactory: ProcessorFactory<FilterConfig> = {
  kind: 'processor',
  type: 'filter',
  config: filterConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: (settings, config, next) => {
    const step = filterStep(config, settings);
    return new ColumnProcessor(step, next, filterWireStep(config, settings));
  },
};
