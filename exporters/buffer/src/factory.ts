import type { ExporterFactory } from '@sonde/pipeline';
import { BufferExporter } from './buffer-exporter.ts';
import { type BufferExporterConfig, bufferExporterConfig } from './config.ts';

/** The exporter `buffer`: requests into the embedded log. */
export const bufferExporterFactory: ExporterFactory<BufferExporterConfig> = {
  kind: 'exporter',
  type: 'buffer',
  config: bufferExporterConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: (settings, config) => new BufferExporter(settings, config),
};
