import { SondeError } from '@sonde/pipeline';
import {
  createStoreClient,
  DEFAULT_SCHEMA_OPTIONS,
  migrate,
  SchemaError,
  type SchemaOptions,
  Sql,
  type StoreClient,
  StoreError,
} from '@sonde/store';
import { type BlockSink, type InsertOptions, insertSettings } from './block-sink.ts';
import { type ClickHouseConfig, clusterOf } from './config.ts';
import { type OtelSchemaOptions, otelSchemaStatements } from './otel/otel-schema.ts';
import { toSondeError } from './store-errors.ts';

/** Blocks go to one store or one shard of it, to the first replica that answers. */
export class StoreSink implements BlockSink {
  readonly #client: StoreClient;
  readonly #schema: SchemaOptions;
  readonly #otel: OtelSchemaOptions | undefined;

  /** `endpoints`: the replicas, one at least. */
  constructor(config: ClickHouseConfig, endpoints: readonly string[]) {
    const { database, cluster } = config;
    this.#schema = { ...DEFAULT_SCHEMA_OPTIONS, database, cluster: clusterOf(cluster) };
    this.#otel = config.otel;
    const [url = '', ...moreUrls] = endpoints;
    this.#client = createStoreClient({
      url,
      moreUrls,
      role: 'internal',
      username: config.username,
      token: config.password,
      requestTimeoutMs: config.timeout,
      compression: config.compression,
    });
  }

  async insert(block: Uint8Array, options: InsertOptions): Promise<void> {
    const table = `${options.database}.${options.table}`;
    try {
      const settings = {
        ...insertSettings(options.token),
        ...(this.#otel === undefined ? {} : OTEL_INSERT_SETTINGS),
      };
      await this.#client.insertNative(table, block, { settings });
    } catch (error) {
      throw failure(error);
    }
  }

  async migrate(): Promise<void> {
    try {
      if (this.#otel !== undefined) {
        for (const text of otelSchemaStatements(this.#otel)) {
          await this.#client.command(new Sql([text], []));
        }
        return;
      }
      await migrate(this.#client, this.#schema);
    } catch (error) {
      if (error instanceof SchemaError) {
        throw new SondeError('INTERNAL', error.message, { cause: error });
      }
      throw failure(error);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }
}

/** Upstream's tables of an earlier version lack columns: what has none is left out. */
const OTEL_INSERT_SETTINGS = { input_format_skip_unknown_fields: 1 } as const;

function failure(error: unknown): SondeError {
  if (!(error instanceof StoreError)) return SondeError.from(error);
  const { clickhouseCode, message } = error;
  return toSondeError({ clickHouseCode: clickhouseCode, message, cause: error });
}
