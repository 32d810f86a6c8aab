import type { ExporterFactory } from '@sonde/pipeline';
import { type PrometheusConfig, prometheusConfig } from './config.ts';
import { PrometheusExporter } from './prometheus-exporter.ts';

/** The exporter `prometheus`. */
export const prometheusExporterFactory: ExporterFactory<PrometheusConfig> = {
  kind: 'exporter',
  type: 'prometheus',
  config: prometheusConfig,
  signals: { metrics: 'beta' },
  create: (settings, config) => new PrometheusExporter(settings, config),
};
