import type { ProcessorFactory } from '@sonde/pipeline';
import { type CumulativeToDeltaConfig, cumulativeToDeltaConfig } from './config.ts';
import { CumulativeToDeltaProcessor } from './cumulative-to-delta-processor.ts';

/** The processor `cumulative_to_delta`, whose old name is `cumulativetodelta`. */
export const cumulativeToDeltaFactory: ProcessorFactory<CumulativeToDeltaConfig> = {
  kind: 'processor',
  type: 'cumulative_to_delta',
  aliases: ['cumulativetodelta'],
  config: cumulativeToDeltaConfig,
  signals: { metrics: 'beta' },
  create: (settings, config, next) => new CumulativeToDeltaProcessor(settings, config, next),
};
