import { bufferExporterFactory } from '@sonde/exporter-buffer';
import { clickHouseExporterFactory } from '@sonde/exporter-clickhouse';
import { healthCheckFactory } from '@sonde/extension-health-check';
import { ingestTokensFactory } from '@sonde/extension-ingest-tokens';
import type { Factory } from '@sonde/pipeline';
import { bufferReceiverFactory } from '@sonde/receiver-buffer';
import { hostMetricsReceiverFactory } from '@sonde/receiver-hostmetrics';
import { otlpReceiverFactory } from '@sonde/receiver-otlp';

/** Every component that configuration may name; the only file that knows them all. */
export const COMPONENTS: readonly Factory[] = [
  otlpReceiverFactory,
  hostMetricsReceiverFactory,
  bufferReceiverFactory,
  bufferExporterFactory,
  clickHouseExporterFactory,
  healthCheckFactory,
  ingestTokensFactory,
];
