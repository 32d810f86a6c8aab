import { type ExporterFactory, SendingExporter } from '@sonde/pipeline';
import { type OtlpGrpcConfig, otlpGrpcConfig } from './config.ts';
import { GrpcDestination } from './grpc-destination.ts';

/** The exporter `otlp_grpc`, which most configurations call `otlp`. */
export const otlpGrpcExporterFactory: ExporterFactory<OtlpGrpcConfig> = {
  kind: 'exporter',
  type: 'otlp_grpc',
  aliases: ['otlp'],
  config: otlpGrpcConfig,
  signals: { traces: 'stable', metrics: 'stable', logs: 'stable', profiles: 'alpha' },
  create: (settings, config) =>
    new SendingExporter(settings, config, new GrpcDestination(settings, config)),
};
