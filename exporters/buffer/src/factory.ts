import { resolve } from 'node:path';
import type { ExporterFactory } from '@sonde/pipeline';
import { BufferExporter } from './buffer-exporter.ts';
import { type BufferExporterConfig, bufferExporterConfig } from './config.ts';

/** The exporter `buffer`: requests into the embedded log. */
export const bufferExporterFactory: ExporterFactory<BufferExporterConfig> = {
  kind: 'exporter',
  type: 'buffer',
  config: bufferExporterConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  writesTo: ({ directory, partitions }) => ({
    key: 'directory',
    place: directory,
    identity: resolve(directory),
    partitions,
  }),
  create: (settings, config) => new BufferExporter(settings, config),
};
