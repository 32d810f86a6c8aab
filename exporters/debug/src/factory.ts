import type { ExporterFactory } from '@sonde/pipeline';
import { type DebugConfig, debugConfig } from './config.ts';
import { DebugExporter, type Writers } from './debug-exporter.ts';

export function createDebugExporterFactory(writers: Writers): ExporterFactory<DebugConfig> {
  return {
    kind: 'exporter',
    type: 'debug',
    config: debugConfig,
    signals: { traces: 'alpha', metrics: 'alpha', logs: 'alpha', profiles: 'alpha' },
    create: (settings, config) => new DebugExporter(settings, config, writers),
  };
}

/** The exporter `debug`. */
export const debugExporterFactory: ExporterFactory<DebugConfig> = createDebugExporterFactory({
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
});
