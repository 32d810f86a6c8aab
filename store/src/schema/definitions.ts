/** One column as the store has it; `type` is also what a Native block's header says. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  /** The list inside `CODEC(...)`; the server's default when absent. */
  readonly codec?: string;
  /** A `DEFAULT`, `MATERIALIZED` or `ALIAS` clause, whole. */
  readonly expression?: string;
}

/**
 * The rows of each part grouped once more, beside it and always in step with it: ClickHouse reads them
 * in place of the rows when a query groups by nothing else and asks for nothing else, word for word.
 */
export interface ProjectionDefinition {
  readonly name: string;
  /** Without `FROM`. */
  readonly select: string;
}

export interface TableDefinition {
  readonly name: string;
  readonly columns: readonly ColumnDefinition[];
  /** `INDEX name expression TYPE kind GRANULARITY n` lines. */
  readonly indexes: readonly string[];
  readonly projections?: readonly ProjectionDefinition[];
  readonly engine:
    | 'MergeTree'
    | 'ReplacingMergeTree'
    | 'ReplacingMergeTree(version)'
    | 'AggregatingMergeTree';
  readonly partitionBy: string;
  readonly orderBy: string;
  readonly ttl?: string;
  /** In a cluster: the same rows on every shard. */
  readonly isEverywhere?: boolean;
  /** Texts in quotes. */
  readonly settings: Readonly<Record<string, number | string>>;
}

/**
 * A materialized view that feeds `target` from the blocks inserted into a raw table, or, with
 * `refresh`, from what its SELECT finds every now and then.
 */
export interface ViewDefinition {
  readonly name: string;
  /** Absent for an ordinary view. */
  readonly target?: string;
  /** When the store itself runs the SELECT and appends its rows: `EVERY 5 MINUTE`. */
  readonly refresh?: string;
  readonly select: string;
}

/** How attributes and log bodies are searched; see `search-index.ts`. */
export type SearchIndex = 'off' | 'bloom' | 'text';

/** What an installation may choose about the schema. */
export interface SchemaOptions {
  readonly database: string;
  readonly searchIndex: SearchIndex;
  /** Days that roll-ups are kept; raw rows carry their own `retention_days`. */
  readonly rollupRetentionDays: number;
  /** Days that roll-ups of metrics are kept. */
  readonly metricRollupRetentionDays: number;
  readonly cluster?: ClusterOptions | undefined;
}

/**
 * A cluster of ClickHouse servers with a Keeper and the macros `shard` and `replica`. Rows lie in
 * Replicated tables of `shardDatabase`, of the very names that one machine has, and come in there,
 * to the shard that the exporter chose; `database` has a Distributed table over each, for reading.
 */
export interface ClusterOptions {
  /** As `system.clusters` has it. */
  readonly name: string;
}
