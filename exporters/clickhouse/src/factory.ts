import './kept-shapes.ts';
import type { ExporterFactory } from '@sonde/pipeline';
import { ClickHouseEvents } from './clickhouse-events.ts';
import { ClickHouseExporter } from './clickhouse-exporter.ts';
import { type ClickHouseConfig, clickHouseConfig } from './config.ts';
import { Shard } from './shards/shard.ts';
import { StoreSink } from './store-sink.ts';

/** The exporter `clickhouse`: columns become Native blocks in Sonde's tables. */
export const clickHouseExporterFactory: ExporterFactory<ClickHouseConfig> = {
  kind: 'exporter',
  type: 'clickhouse',
  config: clickHouseConfig,
  signals: { traces: 'beta', metrics: 'beta', logs: 'beta', profiles: 'alpha' },
  create: (settings, config) => {
    const events = new ClickHouseEvents(settings.id, settings.logger);
    const shards = config.shards.map(
      (endpoints) => new Shard(config, { sink: new StoreSink(config, endpoints), events }),
    );
    return new ClickHouseExporter(config, settings, shards);
  },
};
