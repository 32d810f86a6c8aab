import { byteSize, duration, nullMeansDefaults } from '@sonde/pipeline';
import { type ClusterOptions, DEFAULT_SCHEMA_OPTIONS, shardDatabase } from '@sonde/store';
import { z } from 'zod';
import { COMPRESSIONS, type Compression, checkMeaning, compressionOf } from './config-meaning.ts';
import type { OtelSchemaOptions } from './otel/otel-schema.ts';
import { SHARDS_MAX } from './shards/divide-columns.ts';

export interface ClickHouseConfig {
  /**
   * URLs of ClickHouse's HTTP interface: of each shard its replicas, of which the next is asked when
   * one does not answer. One shard of one address on one machine.
   */
  readonly shards: ReadonlyArray<readonly string[]>;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Where blocks go: in a cluster the database that is the shard's own. */
  readonly insertDatabase: string;
  /** The cluster's name where tables are created on all its servers. */
  readonly cluster?: string | undefined;
  /** Create the database and tables, or bring them to this release's schema, at start. */
  readonly create_schema: boolean;
  /** Of one insert. Milliseconds. */
  readonly timeout: number;
  readonly compression: Compression;
  /** Rows of one block. */
  readonly rows_max: number;
  /** Bytes of one block, before compression. */
  readonly bytes_max: number;
  /** The Collector's own tables, when rows go there instead of into Sonde's. */
  readonly otel?: OtelSchemaOptions | undefined;
}

/** More rows would be split by the store, and a token counts once a block. */
const ROWS_MAX = 1_000_000;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

function tableName(text: string): z.ZodDefault<z.ZodString> {
  return z.string().regex(IDENTIFIER, 'must be letters, digits and _').default(text);
}

const metricTable = (text: string) => z.strictObject({ name: tableName(text) }).prefault({});

const tableEngine = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z]*MergeTree$/, 'must be an engine of the MergeTree family')
    .default('MergeTree'),
  params: z
    .string()
    .regex(/^[^;]*$/, 'must not hold ;')
    .default(''),
});

const metricTables = z.strictObject({
  gauge: metricTable('otel_metrics_gauge'),
  sum: metricTable('otel_metrics_sum'),
  summary: metricTable('otel_metrics_summary'),
  histogram: metricTable('otel_metrics_histogram'),
  exponential_histogram: metricTable('otel_metrics_exponential_histogram'),
});

const ENDPOINT_DEFAULT = 'http://127.0.0.1:8123';

const address = z.url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' });

/** Of one shard. */
const REPLICAS_MAX = 16;

/** Upstream's sections of queue and retries: off is what there is here. */
const waiting = z.looseObject({ enabled: z.boolean().default(true) });

const given = z.strictObject({
  schema: z.enum(['sonde', 'otel']).default('sonde'),
  endpoint: address.optional(),
  shards: z
    .array(z.strictObject({ endpoints: z.array(address).min(1).max(REPLICAS_MAX) }))
    .max(SHARDS_MAX)
    .default([]),
  username: z.string().optional(),
  password: z.string().default(''),
  database: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and _')
    .optional(),
  create_schema: z.boolean().default(true),
  timeout: duration('60s'),
  compression: z.enum(COMPRESSIONS).default('none'),
  compress: z.string().optional(),
  async_insert: z.boolean().default(false),
  connection_params: z.record(z.string(), z.string()).default({}),
  json: z.boolean().default(false),
  sending_queue: waiting.optional(),
  retry_on_failure: waiting.optional(),
  ttl: duration('0s'),
  cluster_name: z
    .string()
    .regex(/^[A-Za-z0-9_-]*$/, 'must be letters, digits, _ and -')
    .default(''),
  table_engine: tableEngine.prefault({}),
  logs_table_name: tableName('otel_logs'),
  traces_table_name: tableName('otel_traces'),
  metrics_tables: metricTables.prefault({}),
  rows_max: z.int().min(1).max(ROWS_MAX).default(200_000),
  bytes_max: byteSize('128MiB'),
});

type Given = z.output<typeof given>;

/** What the keys stand for, whichever tables rows go to. */
export const clickHouseConfig: z.ZodType<ClickHouseConfig> = nullMeansDefaults(
  given.superRefine(checkMeaning).transform((config): ClickHouseConfig => {
    const isOtel = config.schema === 'otel';
    const database = config.database ?? (isOtel ? 'default' : 'sonde');
    const { password, create_schema, timeout, rows_max, bytes_max } = config;
    const cluster = config.cluster_name === '' ? undefined : config.cluster_name;
    return {
      shards: shardsOf(config),
      username: config.username ?? (isOtel ? 'default' : 'internal'),
      password,
      database,
      insertDatabase: isOtel
        ? database
        : shardDatabase({ ...DEFAULT_SCHEMA_OPTIONS, database, cluster: clusterOf(cluster) }),
      cluster,
      create_schema,
      timeout,
      compression: compressionOf(config) ?? 'none',
      rows_max,
      bytes_max,
      ...(isOtel ? { otel: otelOptions(config, database) } : {}),
    };
  }),
);

function shardsOf({ endpoint, shards }: Given): ReadonlyArray<readonly string[]> {
  if (shards.length === 0) return [[endpoint ?? ENDPOINT_DEFAULT]];
  return shards.map(({ endpoints }) => endpoints);
}

/** As the schema has it. */
export function clusterOf(name: string | undefined): ClusterOptions | undefined {
  return name === undefined ? undefined : { name };
}

function otelOptions(config: Given, database: string): OtelSchemaOptions {
  const { metrics_tables: metrics } = config;
  return {
    database,
    names: {
      logs: config.logs_table_name,
      traces: config.traces_table_name,
      gauge: metrics.gauge.name,
      sum: metrics.sum.name,
      summary: metrics.summary.name,
      histogram: metrics.histogram.name,
      exponentialHistogram: metrics.exponential_histogram.name,
    },
    ttlMs: config.ttl,
    engine: config.table_engine,
    cluster: config.cluster_name,
  };
}
