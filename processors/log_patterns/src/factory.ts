import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type LogPatternsConfig, logPatternsConfig } from './config.ts';
import { logPatternsStep } from './log-patterns-step.ts';

/** The processor `log_patterns`: every log record gets the id of its pattern and its values. */
export const logPatternsProcessorFactory: ProcessorFactory<LogPatternsConfig> = {
  kind: 'processor',
  type: 'log_patterns',
  config: logPatternsConfig,
  signals: { logs: 'alpha' },
  create: (settings, config, next) => new ColumnProcessor(logPatternsStep(config, settings), next),
};
