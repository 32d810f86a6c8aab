import { type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import {
  createStoreClient,
  type Sql,
  type StoreClient,
  type StoreClientOptions,
  StoreError,
} from '@sonde/store';
import type { z } from 'zod';
import type { QueryCost } from './api/contract/index.ts';
import { ApiFailure } from './api/failure.ts';
import { QUERY_LIMITS, type QueryLimits } from './limits.ts';
import { type BackendLog, STDERR_LOG } from './log.ts';
import { countReads } from './running-requests.ts';
import { TaggedReads } from './tagged-reads.ts';

/** Where the store is; the database is Sonde's own unless one is named. */
export interface StoreOptions
  extends Pick<
    StoreClientOptions,
    'url' | 'moreUrls' | 'role' | 'username' | 'token' | 'database' | 'readsCluster'
  > {
  /** The name of the cluster that the store is; what is read is `readsCluster` then. */
  readonly cluster?: string | undefined;
}

/** One SELECT and what its rows look like. */
export interface StoreQuery<Row> {
  /** For spans: what it does on which table, without values. */
  readonly summary: string;
  readonly sql: Sql;
  readonly row: z.ZodType<Row>;
}

export interface StoreAnswer<Row> {
  readonly rows: readonly Row[];
  readonly cost: QueryCost;
}

/** What the areas of the API ask the store with. */
export interface StoreReader {
  /**
   * All rows, within the limits of one query. Rejects with `ApiFailure` `STORE_UNAVAILABLE`,
   * `QUERY_LIMIT`, `QUERY_TIMEOUT` or `INTERNAL`. When `signal` aborts the engine stops too.
   */
  read<Row>(query: StoreQuery<Row>, signal: AbortSignal): Promise<StoreAnswer<Row>>;
  /**
   * Rows as they come, in batches, however many: for downloads. Memory alone is limited. Throws as
   * `read` rejects; leaving the loop stops the engine.
   */
  stream<Row>(query: StoreQuery<Row>, signal: AbortSignal): AsyncGenerator<readonly Row[], void>;
  close(): Promise<void>;
}

const DATABASE = 'sonde';
/** Above the statement's own limit, so that the store's words arrive. */
const REQUEST_MS_MARGIN = 5000;
/** A download waits for whoever takes it, but not for ever. */
const STREAM_IDLE_MS_MAX = 600_000;

/** Opens no connection before the first read; `log` hears what the store cannot do. */
export function openStore(
  options: StoreOptions,
  limits: QueryLimits = QUERY_LIMITS,
  log: BackendLog = STDERR_LOG,
): StoreReader {
  const requestTimeoutMs = limits.executionSecondsMax * 1000 + REQUEST_MS_MARGIN;
  const clients = {
    reads: createStoreClient({ database: DATABASE, requestTimeoutMs, ...options }),
    streams: createStoreClient({
      ...{ database: DATABASE, requestTimeoutMs: STREAM_IDLE_MS_MAX, ...options },
    }),
  };
  return new TracedStoreReader(clients, limits, new TaggedReads(log));
}

interface Clients {
  readonly reads: StoreClient;
  readonly streams: StoreClient;
}

/** A client span a query (semantic conventions of databases), limits on each, failures for people. */
class TracedStoreReader implements StoreReader {
  readonly #clients: Clients;
  readonly #limits: QueryLimits;
  readonly #tagged: TaggedReads;
  readonly #tracer: Tracer = trace.getTracer('@sonde/backend');

  constructor(clients: Clients, limits: QueryLimits, tagged: TaggedReads) {
    this.#clients = clients;
    this.#limits = limits;
    this.#tagged = tagged;
  }

  read<Row>(query: StoreQuery<Row>, signal: AbortSignal): Promise<StoreAnswer<Row>> {
    const attributes = { 'db.system.name': 'clickhouse', 'db.query.summary': query.summary };
    const options = { kind: SpanKind.CLIENT, attributes };
    return this.#tracer.startActiveSpan(query.summary, options, async (span) => {
      try {
        const { rows, cost } = await this.#tagged.read((tag) =>
          this.#clients.reads.query(query.sql, query.row, {
            signal,
            settings: { ...this.#settings(), ...tag },
          }),
        );
        span.setAttribute('db.response.returned_rows', rows.length);
        const { elapsedMs, rowsRead, bytesRead } = cost;
        countReads({ rowsRead, bytesRead });
        return { rows, cost: { elapsedMs, rowsRead, bytesRead } };
      } catch (error) {
        throw recordFailure(span, error);
      } finally {
        span.end();
      }
    });
  }

  async *stream<Row>(
    query: StoreQuery<Row>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Row[], void> {
    const settings = { max_memory_usage: String(this.#limits.memoryBytesMax) };
    try {
      yield* this.#clients.streams.stream(query.sql, query.row, { signal, settings });
    } catch (error) {
      throw storeFailureOf(error);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#clients.reads.close(), this.#clients.streams.close()]);
  }

  #settings(): Record<string, string> {
    const { executionSecondsMax, memoryBytesMax, readRowsMax, resultRowsMax } = this.#limits;
    return {
      max_execution_time: String(executionSecondsMax),
      max_memory_usage: String(memoryBytesMax),
      max_rows_to_read: String(readRowsMax),
      max_result_rows: String(resultRowsMax),
      // Answers are small: threads that format them in parallel cost half a millisecond to start.
      output_format_parallel_formatting: '0',
    };
  }
}

function recordFailure(span: Span, error: unknown): unknown {
  if (!(error instanceof StoreError)) return error;
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.code });
  span.setAttribute('error.type', error.code);
  return storeFailure(error);
}

/** ClickHouse's names of what a statement may go over. */
const LIMIT_CODES: ReadonlySet<string> = new Set([
  'TOO_MANY_ROWS',
  'TOO_MANY_BYTES',
  'TOO_MANY_ROWS_OR_BYTES',
  'MEMORY_LIMIT_EXCEEDED',
  'SET_SIZE_LIMIT_EXCEEDED',
]);

const NO_SCHEMA = 'It gets one when a gateway or `sonde up` starts with it; try again then.';

/** The store is there and the backend cannot use it: people can help. */
const NOT_READY: ReadonlyMap<string, { message: string; hint: string }> = new Map([
  [
    'AUTHENTICATION_FAILED',
    { message: 'the store refuses the token', hint: 'Check `store.token`.' },
  ],
  ['UNKNOWN_DATABASE', { message: 'the store has no schema yet', hint: NO_SCHEMA }],
  ['UNKNOWN_TABLE', { message: 'the store has no schema yet', hint: NO_SCHEMA }],
]);

const NARROW = 'Ask for a shorter time range or add a filter.';

/** What an error of the store's client is to whoever asked; another error is itself. */
export function storeFailureOf(error: unknown): unknown {
  return error instanceof StoreError ? storeFailure(error) : error;
}

function storeFailure(error: StoreError): ApiFailure {
  if (LIMIT_CODES.has(error.code)) {
    const message = `the query went over a limit of the store (${error.code})`;
    return new ApiFailure('QUERY_LIMIT', message, { hint: NARROW, cause: error });
  }
  if (error.code === 'TIMEOUT_EXCEEDED' || error.kind === 'aborted') {
    const message = 'the store did not answer in time';
    return new ApiFailure('QUERY_TIMEOUT', message, { hint: NARROW, cause: error });
  }
  if (error.kind === 'unreachable' || error.retryable) {
    return new ApiFailure('STORE_UNAVAILABLE', error.message, {
      hint: 'Sonde tries again with the next request; GET /api/v1/status says how the store fares.',
      cause: error,
    });
  }
  const missing = NOT_READY.get(error.code);
  if (missing !== undefined) {
    return new ApiFailure('STORE_UNAVAILABLE', missing.message, { ...missing, cause: error });
  }
  return new ApiFailure('INTERNAL', `the store refused the query (${error.code})`, {
    hint: "The backend's log says why.",
    cause: error,
  });
}
