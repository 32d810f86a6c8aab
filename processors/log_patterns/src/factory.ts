import type { ProcessorFactory } from '@sonde/pipeline';
import { type LogPatternsConfig, logPatternsConfig } from './config.ts';
import { LogPatternsProcessor } from './log-patterns-processor.ts';

/** The processor `log_patterns`: every log record gets the id of its pattern and its values. */
export const logPatternsProcessorFactory: ProcessorFactory<LogPatternsConfig> = {
  kind: 'processor',
  type: 'log_patterns',
  config: logPatternsConfig,
  signals: { logs: 'alpha' },
  create: (settings, config, next) => new LogPatternsProcessor(settings, config, next),
};
