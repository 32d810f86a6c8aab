import { contractSignalSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import { onTestFinished } from 'vitest';
import { prometheusConfig } from '../src/config.ts';
import { PrometheusExporter } from '../src/prometheus-exporter.ts';

export interface Page {
  readonly text: string;
  readonly lines: readonly string[];
  readonly headers: Headers;
  readonly status: number;
}

export interface Running {
  readonly exporter: PrometheusExporter;
  readonly logger: RecordingLogger;
  page(headers?: Readonly<Record<string, string>>, path?: string): Promise<Page>;
}

/** A started exporter, shut down at the end of the test. */
export async function exporting(config: object = {}): Promise<Running> {
  const logger = new RecordingLogger();
  const exporter = new PrometheusExporter(
    contractSignalSettings('prometheus', 'metrics', logger),
    prometheusConfig.parse({ endpoint: '127.0.0.1:0', ...config }),
  );
  await exporter.start();
  onTestFinished(() => exporter.shutdown(AbortSignal.abort()));
  return {
    exporter,
    logger,
    async page(headers = {}, path = '/metrics') {
      const port = exporter.address?.port;
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
      const text = await response.text();
      const lines = text.split('\n').slice(0, -1);
      return { text, lines, headers: response.headers, status: response.status };
    },
  };
}
