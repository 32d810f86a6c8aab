import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor } from '@sonde/row-step';
import { type RedactionConfig, redactionConfig } from './config.ts';
import { redactionStep } from './redaction-step.ts';

/** The processor `redaction`: attributes that are not allowed go, secrets are masked. */
export const redactionProcessorFactory: ProcessorFactory<RedactionConfig> = {
  kind: 'processor',
  type: 'redaction',
  config: redactionConfig,
  signals: { traces: 'beta', metrics: 'alpha', logs: 'alpha' },
  create: (_settings, config, next) => new ColumnProcessor(redactionStep(config), next),
};
