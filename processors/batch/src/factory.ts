import type { ProcessorFactory } from '@sonde/pipeline';
import { BatchEvents } from './batch-events.ts';
import { BatchProcessor } from './batch-processor.ts';
import { type BatchConfig, batchConfig } from './config.ts';

/** The processor `batch`: fewer, larger batches. */
export const batchProcessorFactory: ProcessorFactory<BatchConfig> = {
  kind: 'processor',
  type: 'batch',
  config: batchConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta' },
  create: ({ id, logger, telemetry }, config, next) =>
    new BatchProcessor(config, next, new BatchEvents(id, telemetry, logger)),
};
