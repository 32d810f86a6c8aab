import { SondeError } from '@sonde/pipeline';
import {
  createStoreClient,
  DEFAULT_SCHEMA_OPTIONS,
  migrate,
  SchemaError,
  type StoreClient,
  StoreError,
} from '@sonde/store';
import { type BlockSink, type InsertOptions, insertSettings } from './block-sink.ts';
import type { ClickHouseConfig } from './config.ts';
import { toSondeError } from './store-errors.ts';

/** Blocks go to ClickHouse, embedded or a cluster, through the store's client. */
export class StoreSink implements BlockSink {
  readonly #client: StoreClient;
  readonly #database: string;

  constructor(config: ClickHouseConfig) {
    this.#database = config.database;
    this.#client = createStoreClient({
      url: config.endpoint,
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
      await this.#client.insertNative(table, block, { settings: insertSettings(options.token) });
    } catch (error) {
      throw failure(error);
    }
  }

  async migrate(): Promise<void> {
    try {
      await migrate(this.#client, { ...DEFAULT_SCHEMA_OPTIONS, database: this.#database });
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

function failure(error: unknown): SondeError {
  if (!(error instanceof StoreError)) return SondeError.from(error);
  const { clickhouseCode, message } = error;
  return toSondeError({ clickHouseCode: clickhouseCode, message, cause: error });
}
