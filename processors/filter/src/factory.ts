import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type FilterConfig, filterConfig } from './config.ts';
import { filterStep } from './filter-step.ts';

/** The processor `filter`: drops spans, log records and metrics. */
export const filterProcessorFactory: ProcessorFactory<FilterConfig> = {
  kind: 'processor',
  type: 'filter',
  config: filterConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: (settings, config, next) => new ColumnProcessor(filterStep(config, settings), next),
};
