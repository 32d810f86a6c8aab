import type { ExporterFactory } from '@sonde/pipeline';
import { ClickHouseEvents } from './clickhouse-events.ts';
import { ClickHouseExporter } from './clickhouse-exporter.ts';
import { type ClickHouseConfig, clickHouseConfig } from './config.ts';
import { StoreSink } from './store-sink.ts';

/** The exporter `clickhouse`: columns become Native blocks in Sonde's tables. */
export const clickHouseExporterFactory: ExporterFactory<ClickHouseConfig> = {
  kind: 'exporter',
  type: 'clickhouse',
  config: clickHouseConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: (settings, config) =>
    new ClickHouseExporter(config, settings, {
      sink: new StoreSink(config),
      events: new ClickHouseEvents(settings.id, settings.logger),
    }),
};
