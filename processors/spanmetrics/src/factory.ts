import type { ConnectorFactory } from '@sonde/pipeline';
import { type SpanMetricsConfig, SpanMetricsConfigSchema } from './config.ts';
import { SpanMetrics } from './span-metrics.ts';

/** The connector `span_metrics`: requests, errors and durations of spans as metrics. */
export const spanMetricsConnectorFactory: ConnectorFactory<SpanMetricsConfig> = {
  kind: 'connector',
  type: 'span_metrics',
  aliases: ['spanmetrics'],
  pairs: { traces: { metrics: 'alpha' } },
  config: SpanMetricsConfigSchema,
  create: (settings, config, next) => new SpanMetrics(settings, config, next),
};
