import type { ProcessorFactory } from '@sonde/pipeline';
import { ColumnProcessor, type ColumnStep } from '@sonde/row-step';
import { type SamplerConfig, samplerConfig } from './config.ts';
import { sampleLogs } from './sample-logs.ts';
import { sampleSpans } from './sample-spans.ts';

/** The processor `probabilistic_sampler`: a share of spans or log records. */
export const probabilisticSamplerFactory: ProcessorFactory<SamplerConfig> = {
  kind: 'processor',
  type: 'probabilistic_sampler',
  config: samplerConfig,
  signals: { traces: 'beta', logs: 'alpha' },
  create: (_settings, config, next) => new ColumnProcessor(samplerStep(config), next),
};

function samplerStep(config: SamplerConfig): ColumnStep {
  const spans = sampleSpans(config);
  const logs = sampleLogs(config);
  return (columns) => {
    if (columns.signal === 'traces') return spans(columns);
    return columns.signal === 'logs' ? logs(columns) : columns;
  };
}
