import { DEDUPLICATION_WINDOW } from '@sonde/store';
import {
  type OtelColumn,
  type OtelTable,
  type OtelTableNames,
  otelExponentialHistogramTable,
  otelGaugeTable,
  otelHistogramTable,
  otelLogsTable,
  otelSummaryTable,
  otelSumTable,
  otelTracesTable,
  otelTraceTimesTable,
} from './otel-tables.ts';

/** What an installation may choose about the Collector's tables. */
export interface OtelSchemaOptions {
  readonly database: string;
  readonly names: OtelTableNames;
  /** Milliseconds that rows stay; 0 for ever. */
  readonly ttlMs: number;
  readonly engine: { readonly name: string; readonly params: string };
  /** Empty without a cluster. */
  readonly cluster: string;
}

/** Creates what is not there; each statement may run again. */
export function otelSchemaStatements(options: OtelSchemaOptions): readonly string[] {
  const { database, names } = options;
  const cluster = clusterClause(options);
  const traceTimes = otelTraceTimesTable(names.traces);
  const tables = [
    otelTracesTable(names.traces),
    traceTimes,
    otelLogsTable(names.logs),
    otelGaugeTable(names.gauge),
    otelSumTable(names.sum),
    otelHistogramTable(names.histogram),
    otelExponentialHistogramTable(names.exponentialHistogram),
    otelSummaryTable(names.summary),
  ];
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}${cluster}`,
    ...tables.map((table) => createTable(table, options)),
    `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.${traceTimes.name}_mv${cluster}
TO ${database}.${traceTimes.name} AS
SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End
FROM ${database}.${names.traces}
WHERE TraceId != ''
GROUP BY TraceId`,
  ];
}

function clusterClause({ cluster }: OtelSchemaOptions): string {
  return cluster === '' ? '' : ` ON CLUSTER ${cluster}`;
}

const MS_PER_SECOND = 1000;

function createTable(table: OtelTable, options: OtelSchemaOptions): string {
  const { database, engine, ttlMs } = options;
  const lines = [...table.columns.map(columnLine), ...table.indexes];
  const seconds = Math.ceil(ttlMs / MS_PER_SECOND);
  const ttl =
    ttlMs === 0 ? '' : `\nTTL toDateTime(${table.timeColumn}) + toIntervalSecond(${seconds})`;
  // Upstream sets no window: it inserts a retried batch again.
  return `CREATE TABLE IF NOT EXISTS ${database}.${table.name}${clusterClause(options)} (
  ${lines.join(',\n  ')}
) ENGINE = ${engine.name}(${engine.params})
PARTITION BY ${table.partitionBy}
ORDER BY ${table.orderBy}${ttl}
SETTINGS index_granularity = 8192, ttl_only_drop_parts = 1,
  non_replicated_deduplication_window = ${DEDUPLICATION_WINDOW}`;
}

function columnLine({ name, type, stored, expression, codec }: OtelColumn): string {
  const parts = [`\`${name}\` ${stored ?? type}`];
  if (expression !== undefined) parts.push(expression);
  if (codec !== undefined) parts.push(`CODEC(${codec})`);
  return parts.join(' ');
}
