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
  readonly endpoint?: string | undefined;
  readonly shards: ReadonlyArray<{ readonly endpoints: readonly string[] }>;
  readonly async_insert: boolean;
  readonly connection_params: Readonly<Record<string, string>>;
  readonly json: boolean;
  readonly sending_queue?: { readonly enabled: boolean } | undefined;
  readonly retry_on_failure?: { readonly enabled: boolean } | undefined;
  /** Milliseconds. */
  readonly timeout: number;
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
  for (const key of ['ttl', 'timeout'] as const) {
    if (config[key] < 0) refuseMeaning(sink, { text: 'must not be negative', path: [key] });
  }
}

type Refuse = (key: string, hint: string, text?: string) => void;

function checkAddresses({ endpoint, shards }: GivenKeys, refuse: Refuse): void {
  const hint = 'write what stands behind ? as keys: compress, database';
  const hasParameters = (address: string): boolean => new URL(address).search !== '';
  if (endpoint !== undefined && hasParameters(endpoint)) refuse('endpoint', hint, 'has parameters');
  const all = shards.flatMap(({ endpoints }) => endpoints);
  if (all.some(hasParameters)) refuse('shards', hint, 'has addresses with parameters');
  if (new Set(all).size < all.length) {
    refuse('shards', 'each server is one replica of one shard', 'names an address twice');
  }
  if (endpoint !== undefined && shards.length > 0) {
    refuse('endpoint', 'write it as the first address of the first shard', 'stands beside shards');
  }
}

function checkUnsupported(config: GivenKeys, sink: IssueSink): void {
  const refuse: Refuse = (key, hint, text = 'is not supported') =>
    refuseMeaning(sink, { text, path: [key], hint });
  checkAddresses(config, refuse);
  if (compressionOf(config) === undefined) refuse('compress', 'write none, gzip or lz4');
  if (config.async_insert) {
    refuse('async_insert', 'an insert is one block that the store takes once: leave the key out');
  }
  if (Object.keys(config.connection_params).length > 0) {
    refuse('connection_params', 'set what the user needs in the profile of the ClickHouse user');
  }
  for (const key of ['sending_queue', 'retry_on_failure'] as const) {
    if (config[key]?.enabled !== true) continue;
    refuse(
      key,
      'rows wait in the buffer in front of it (the receivers buffer and kafka), or with their ' +
        'sender, who is told to send again: leave the key out, or write enabled: false',
    );
  }
  if (config.json) refuse('json', 'attributes are maps: leave the key out');
}

/** Keys about upstream's tables mean nothing for Sonde's. */
function checkOtelKeys(config: GivenKeys, sink: IssueSink): void {
  const { metrics_tables: metrics, table_engine: engine } = config;
  const changed: Readonly<Record<string, boolean>> = {
    ttl: config.ttl !== 0,
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
