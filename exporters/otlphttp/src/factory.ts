import { type ExporterFactory, SendingExporter } from '@sonde/pipeline';
import { type OtlpHttpConfig, otlpHttpConfig } from './config.ts';
import { HttpDestination } from './http-destination.ts';

/** The exporter `otlp_http`, which most configurations call `otlphttp`. */
export const otlpHttpExporterFactory: ExporterFactory<OtlpHttpConfig> = {
  kind: 'exporter',
  type: 'otlp_http',
  aliases: ['otlphttp'],
  config: otlpHttpConfig,
  signals: { traces: 'stable', metrics: 'stable', logs: 'stable', profiles: 'alpha' },
  create: (settings, config) =>
    new SendingExporter(settings, config, new HttpDestination(settings, config)),
};
