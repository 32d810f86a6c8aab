import type { ProcessorFactory } from '@sonde/pipeline';
import { type MemoryLimiterConfig, memoryLimiterConfig } from './config.ts';
import { sharedChecker } from './memory-checker.ts';
import { MemoryLimiter } from './memory-limiter.ts';

/** The processor `memory_limiter`: refuses data before memory runs out. */
export const memoryLimiterFactory: ProcessorFactory<MemoryLimiterConfig> = {
  kind: 'processor',
  type: 'memory_limiter',
  config: memoryLimiterConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: (settings, config, next) => {
    const checker = sharedChecker(config, settings.logger);
    settings.memory?.limitTo(checker.softBytes, checker);
    return new MemoryLimiter(settings, { next, checker, retryAfterMs: config.check_interval });
  },
};
