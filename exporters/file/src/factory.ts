import type { ExporterFactory } from '@sonde/pipeline';
import { type FileConfig, fileConfig } from './config.ts';
import { FileExporter } from './file-exporter.ts';
import { SharedOutputs } from './shared-outputs.ts';

const SHARED = new SharedOutputs<FileConfig>();

/** The exporter `file`. */
export const fileExporterFactory: ExporterFactory<FileConfig> = {
  kind: 'exporter',
  type: 'file',
  config: fileConfig,
  signals: { traces: 'alpha', metrics: 'alpha', logs: 'alpha', profiles: 'alpha' },
  create: (settings, config) => new FileExporter(settings, config, SHARED),
};
