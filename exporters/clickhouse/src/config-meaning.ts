import { type IssueSink, refuseMeaning } from '@sonde/pipeline';

/** How bodies of inserts are compressed on the way. */
export const COMPRESSIONS = ['none', 'gzip', 'lz4'] as const;

export type Compression = (typeof COMPRESSIONS)[number];

/** What upstream's `compress` stands for here. */
const COMPRESS: ReadonlyMap<string, Compression> = new Map<string, Compression>([
  ['none', 'none'],
  ['false', 'none'],
  ['gzip', 'gzip'],
  ['lz4', 'lz4'],
  ['true', 'lz4'],
]);

interface GivenCompression {
  readonly compression: Compression;
  readonly compress?: string | undefined;
}

/** Undefined for one that is not spoken here. */
export function compressionOf({
  compression,
  compress,
}: GivenCompression): Compression | undefined {
  return compress === undefined ? compression : COMPRESS.get(compress);
}

interface GivenKeys extends GivenCompression {
  readonly schema: 'sonde' | 'otel';
  readonly endpoint: string;
  readonly async_insert: boolean;
  readonly connection_params: Readonly<Record<string, string>>;
  readonly json: boolean;
  readonly ttl: number;
  readonly cluster_name: string;
  readonly table_engine: { readonly name: string; readonly params: string };
  readonly logs_table_name: string;
  readonly traces_table_name: string;
  readonly metrics_tables: Readonly<Record<string, { readonly name: string }>>;
}

/** Refuses what upstream's exporter knows and this one does not do. */
export function checkMeaning(config: GivenKeys, sink: IssueSink): void {
  checkUnsupported(config, sink);
  if (config.schema === 'sonde') checkOtelKeys(config, sink);
  if (config.ttl < 0) refuseMeaning(sink, { text: 'must not be negative', path: ['ttl'] });
}

function checkUnsupported(config: GivenKeys, sink: IssueSink): void {
  const refuse = (key: string, hint: string, text = 'is not supported'): void =>
    refuseMeaning(sink, { text, path: [key], hint });
  if (new URL(config.endpoint).search !== '') {
    refuse('endpoint', 'write what stands behind ? as keys: compress, database', 'has parameters');
  }
  if (compressionOf(config) === undefined) refuse('compress', 'write none, gzip or lz4');
  if (config.async_insert) {
    refuse('async_insert', 'an insert is one block that the store takes once: leave the key out');
  }
  if (Object.keys(config.connection_params).length > 0) {
    refuse('connection_params', 'set what the user needs in the profile of the ClickHouse user');
  }
  if (config.json) refuse('json', 'attributes are maps: leave the key out');
}

/** Keys about upstream's tables mean nothing for Sonde's. */
function checkOtelKeys(config: GivenKeys, sink: IssueSink): void {
  const { metrics_tables: metrics, table_engine: engine } = config;
  const changed: Readonly<Record<string, boolean>> = {
    ttl: config.ttl !== 0,
    cluster_name: config.cluster_name !== '',
    table_engine: engine.name !== 'MergeTree' || engine.params !== '',
    logs_table_name: config.logs_table_name !== 'otel_logs',
    traces_table_name: config.traces_table_name !== 'otel_traces',
    metrics_tables: Object.entries(metrics).some(
      ([kind, { name }]) => name !== `otel_metrics_${kind}`,
    ),
  };
  for (const [key, isChanged] of Object.entries(changed)) {
    if (!isChanged) continue;
    refuseMeaning(sink, {
      text: "is of the Collector's own tables",
      path: [key],
      hint:
        'write schema: otel to use those; of its own tables Sonde has views by the usual names ' +
        'and keeps rows as long as the retention in the settings says',
    });
  }
}
