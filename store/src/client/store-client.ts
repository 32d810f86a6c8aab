import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { giveBackBody } from '@sonde/proto';
import { type BlockCompression, compressBlock } from './block-compression.ts';
import { type RowReader, readRows } from './row-reader.ts';
import { param, type Sql, sql, tableName } from './sql.ts';
import { readCost, type StatementCost } from './statement-cost.ts';
import { toStoreError } from './store-error.ts';

export interface StoreClientOptions {
  /** `http://host:8123`; a path in front of ClickHouse is kept. */
  readonly url: string;
  /** Replicas of the same store: the next one is asked when an address does not answer. */
  readonly moreUrls?: readonly string[] | undefined;
  /** The ClickHouse user name; on Sonde's own door it is the role. */
  readonly role: 'ingest' | 'internal' | 'user';
  /** The user name of a ClickHouse that names its users otherwise. Default: the role. */
  readonly username?: string | undefined;
  /** The password. On loopback `user` needs none. */
  readonly token?: string | undefined;
  /** For names without one. Default `default`. */
  readonly database?: string | undefined;
  /** An answer that takes longer is given up. Default 5 minutes. */
  readonly requestTimeoutMs?: number | undefined;
  /** Sockets to the store. Default 16. */
  readonly connectionsMax?: number | undefined;
  /** How blocks travel. Default `none`: on loopback the copy costs less than either. */
  readonly compression?: BlockCompression | undefined;
  /** The database is of Distributed tables. Default false. */
  readonly readsCluster?: boolean | undefined;
}

export interface CallOptions {
  /** Aborting stops the statement in the engine too. */
  readonly signal?: AbortSignal | undefined;
  readonly settings?: ClickHouseSettings | undefined;
}

export interface InsertOptions extends CallOptions {
  /** Taken once: a block with a token that the table remembers is not stored again. */
  readonly token?: string | undefined;
}

export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly cost: StatementCost;
}

/** Sonde's way to ClickHouse, embedded or a cluster. Everything rejects with `StoreError`. */
export interface StoreClient {
  /** All rows of a SELECT, held in memory: bound it with LIMIT. */
  query<Row>(
    statement: Sql,
    reader: RowReader<Row>,
    options?: CallOptions,
  ): Promise<QueryResult<Row>>;
  /** Rows as they come, in batches; leaving the loop stops the engine. */
  stream<Row>(
    statement: Sql,
    reader: RowReader<Row>,
    options?: CallOptions,
  ): AsyncGenerator<Row[], void>;
  /** DDL and other statements without a result. */
  command(statement: Sql, options?: CallOptions): Promise<StatementCost>;
  /**
   * Stores one block of the Native format; resolves when it is in the table. `block` must not
   * change until then. At most 200 k rows, so that a token means the whole block.
   */
  insertNative(table: string, block: Uint8Array, options?: InsertOptions): Promise<StatementCost>;
  /** Whether the store answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

const REQUEST_TIMEOUT_MS = 300_000;
const CONNECTIONS_MAX = 16;

/** 64-bit integers as text: JSON numbers would be rounded. */
const READ_SETTINGS: ClickHouseSettings = {
  output_format_json_quote_64bit_integers: 1,
  cancel_http_readonly_queries_on_client_close: 1,
};

/** One request is one block is one token, and its roll-ups are taken once too. */
const INSERT_SETTINGS: ClickHouseSettings = {
  async_insert: 0,
  insert_deduplicate: 1,
  deduplicate_blocks_in_dependent_materialized_views: 1,
};

/**
 * Subqueries see the rows of all shards, not of the one that asks; rows that jobs write are on their
 * shards when the insert is answered; a shard of which no replica answers is a failure, not fewer
 * rows.
 */
const CLUSTER_SETTINGS: ClickHouseSettings = {
  distributed_product_mode: 'global',
  distributed_foreground_insert: 1,
  skip_unavailable_shards: 0,
};

/** One address. */
export class HttpStoreClient implements StoreClient {
  readonly #client: ClickHouseClient;
  readonly #role: StoreClientOptions['role'];
  readonly #compression: BlockCompression;

  constructor(options: StoreClientOptions) {
    this.#role = options.role;
    this.#compression = options.compression ?? 'none';
    this.#client = createClient({
      url: options.url,
      username: options.username ?? options.role,
      password: options.token ?? '',
      database: options.database ?? 'default',
      request_timeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      max_open_connections: options.connectionsMax ?? CONNECTIONS_MAX,
      application: 'sonde',
      ...(options.readsCluster === true ? { clickhouse_settings: CLUSTER_SETTINGS } : {}),
      // Failures are thrown as StoreError; the client's own log would print statements.
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  async query<Row>(
    statement: Sql,
    reader: RowReader<Row>,
    options: CallOptions = {},
  ): Promise<QueryResult<Row>> {
    // The whole result is wanted anyway: waiting for its end makes the cost complete.
    const settings = { ...READ_SETTINGS, wait_end_of_query: 1 as const, ...options.settings };
    return this.#call(options.signal, async (queryId) => {
      const { text, parameters } = statement.render();
      const answer = await this.#client.query({
        query: text,
        query_params: parameters,
        query_id: queryId,
        format: 'JSONEachRow',
        clickhouse_settings: settings,
        ...signalOf(options),
      });
      const rows: unknown[] = await answer.json();
      return { rows: readRows(rows, reader), cost: readCost(answer.response_headers) };
    });
  }

  async *stream<Row>(
    statement: Sql,
    reader: RowReader<Row>,
    options: CallOptions = {},
  ): AsyncGenerator<Row[], void> {
    refuseAborted(options.signal);
    const leaving = new AbortController();
    const signals = options.signal === undefined ? [] : [options.signal];
    const signal = AbortSignal.any([leaving.signal, ...signals]);
    try {
      const { text, parameters } = statement.render();
      const answer = await this.#client.query({
        query: text,
        query_params: parameters,
        format: 'JSONEachRow',
        clickhouse_settings: { ...READ_SETTINGS, ...options.settings },
        abort_signal: signal,
      });
      for await (const batch of answer.stream()) {
        yield readRows(
          batch.map((row) => row.json()),
          reader,
        );
      }
    } catch (error) {
      throw toStoreError(error, options.signal);
    } finally {
      leaving.abort();
    }
  }

  async command(statement: Sql, options: CallOptions = {}): Promise<StatementCost> {
    return this.#call(options.signal, async (queryId) => {
      const { text, parameters } = statement.render();
      const answer = await this.#client.command({
        query: text,
        query_params: parameters,
        query_id: queryId,
        clickhouse_settings: { wait_end_of_query: 1, ...options.settings },
        ...signalOf(options),
      });
      return readCost(answer.response_headers);
    });
  }

  async insertNative(
    table: string,
    block: Uint8Array,
    options: InsertOptions = {},
  ): Promise<StatementCost> {
    const { text } = sql`INSERT INTO ${tableName(table)} FORMAT Native`.render();
    const token = options.token === undefined ? {} : { insert_deduplication_token: options.token };
    return this.#call(options.signal, async (queryId) => {
      const { body, headers } = await compressBlock(block, this.#compression);
      const answer = await this.#client.exec({
        query: text,
        query_id: queryId,
        values: Readable.from([body], { objectMode: false }),
        http_headers: headers,
        clickhouse_settings: { ...INSERT_SETTINGS, ...options.settings, ...token },
        ...signalOf(options),
      });
      for await (const _ of answer.stream) {
        // An insert's answer is empty; it has to be read for the socket to be free again.
      }
      // The store has read it whole. After a failure the socket may still have it.
      giveBackBody(body);
      return readCost(answer.response_headers);
    });
  }

  async ping(): Promise<boolean> {
    return (await this.#client.ping()).success;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #call<T>(
    signal: AbortSignal | undefined,
    call: (queryId: string) => Promise<T>,
  ): Promise<T> {
    refuseAborted(signal);
    const queryId = randomUUID();
    try {
      return await call(queryId);
    } catch (error) {
      const failure = toStoreError(error, signal);
      if (failure.kind === 'aborted') await this.#kill(queryId);
      throw failure;
    }
  }

  /**
   * Sonde's door stops what its client left; a ClickHouse server does so for read-only sessions
   * alone, so `internal` asks in words.
   */
  async #kill(queryId: string): Promise<void> {
    if (this.#role !== 'internal') return;
    const { text, parameters } =
      sql`KILL QUERY WHERE query_id = ${param.string(queryId)} ASYNC`.render();
    try {
      await this.#client.command({ query: text, query_params: parameters });
    } catch {
      // The statement may be over already, and the caller is told of the abort, not of this.
    }
  }
}

/** The ClickHouse client looks at a signal only when it aborts later. */
function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw toStoreError(signal.reason, signal);
}

function signalOf(options: CallOptions): { abort_signal?: AbortSignal } {
  return options.signal === undefined ? {} : { abort_signal: options.signal };
}
