/** How one block is inserted. */
export interface InsertOptions {
  readonly database: string;
  readonly table: string;
  /**
   * The store takes a token once a table and partition. Without one it goes by the block's content:
   * the very same rows are taken once.
   */
  readonly token: string | undefined;
}

/** Where blocks go: the store's client, as much of it as the exporter needs. */
export interface BlockSink {
  /**
   * Resolves when the rows are in the store. `block` must not change until then. Rejects with
   * `SondeError`.
   */
  insert(block: Uint8Array, options: InsertOptions): Promise<void>;
  /** Brings the schema to this release's version. Rejects with `SondeError`. */
  migrate(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Settings under which one insert is exactly one block of the table and of each view's target. A
 * token gets a number a block, so a split one would depend on sizes and threads: nothing here may
 * split (blocks up to a million rows) and everything is squashed before it is written.
 */
export const ONE_BLOCK_SETTINGS: Readonly<Record<string, string>> = {
  async_insert: '0',
  insert_deduplicate: '1',
  deduplicate_blocks_in_dependent_materialized_views: '1',
  max_block_size: '1048576',
  max_insert_block_size: '1048576',
  min_insert_block_size_rows: '1048576',
  min_insert_block_size_bytes: '0',
  max_threads: '1',
  max_insert_threads: '1',
  parallel_view_processing: '0',
};

/** Settings of one insert. */
export function insertSettings(token: string | undefined): Readonly<Record<string, string>> {
  if (token === undefined) return ONE_BLOCK_SETTINGS;
  return { ...ONE_BLOCK_SETTINGS, insert_deduplication_token: token };
}
