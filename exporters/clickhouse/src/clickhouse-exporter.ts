import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ConsumingComponent,
  type CreateSettings,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type Columns, denseColumns, MalformedError } from '@sonde/proto';
import { BlockWriter, DEFAULT_SCHEMA_OPTIONS, type SchemaOptions } from '@sonde/store';
import type { BlockSink } from './block-sink.ts';
import { batchBlocks } from './blocks/batch-blocks.ts';
import type { BatchBlocks } from './blocks/batch-result.ts';
import type { BlockSource } from './blocks/block-source.ts';
import { type EncodedBlock, encodeParts } from './blocks/parts.ts';
import type { SignalRetention } from './blocks/retention-classes.ts';
import { StoredKeys } from './blocks/stored-keys.ts';
import type { ClickHouseEvents } from './clickhouse-events.ts';
import type { ClickHouseConfig } from './config.ts';
import { InsertTokens } from './insert-token.ts';
import { otelBlocks } from './otel/otel-blocks.ts';
import { Turns } from './turns.ts';

/** Batches that are inserted at once: each may hold a block of `bytes_max`. */
const BATCHES_IN_FLIGHT_MAX = 4;
/** Batches that wait for their turn; more are refused as overloaded. */
const BATCHES_WAITING_MAX = 256;

/**
 * Columns become blocks, a block an insert. A batch whose range is inserted again (a crash between
 * insert and commit) is cut alike and carries the same tokens, and the store takes each block once.
 */
export class ClickHouseExporter implements ConsumingComponent {
  readonly #config: ClickHouseConfig;
  readonly #settings: CreateSettings;
  readonly #sink: BlockSink;
  readonly #events: ClickHouseEvents;
  readonly #schema: SchemaOptions;
  readonly #stored = new StoredKeys();
  readonly #writers: BlockWriter[] = [];
  readonly #turns = new Turns({
    runningMax: BATCHES_IN_FLIGHT_MAX,
    waitingMax: BATCHES_WAITING_MAX,
  });
  #schemaMade: Promise<void> | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor(
    config: ClickHouseConfig,
    settings: CreateSettings,
    parts: { readonly sink: BlockSink; readonly events: ClickHouseEvents },
  ) {
    this.#config = config;
    this.#settings = settings;
    this.#sink = parts.sink;
    this.#events = parts.events;
    this.#schema = { ...DEFAULT_SCHEMA_OPTIONS, database: config.database };
  }

  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'running';
    if (this.#config.create_schema) await this.#createSchemaEarly();
  }

  async consume(telemetry: Telemetry): Promise<void> {
    if (this.#state !== 'running') {
      throw new SondeError('SHUTTING_DOWN', 'the exporter is not running');
    }
    await this.#turns.take();
    try {
      if (this.#config.create_schema) await this.#schemaCreated();
      await this.#insertBatch(telemetry);
    } finally {
      this.#turns.leave();
    }
  }

  async shutdown(deadline: AbortSignal): Promise<void> {
    if (this.#state === 'stopped') return;
    this.#state = 'stopped';
    await this.#turns.idle(deadline);
    await this.#sink.close();
  }

  /** A store that starts later than we do is waited for by the first batch, not by the service. */
  async #createSchemaEarly(): Promise<void> {
    try {
      await this.#schemaCreated();
    } catch (error) {
      const failure = SondeError.from(error);
      if (!failure.retryable) throw failure;
      this.#settings.logger.warn('The store is not ready; the schema is created when it is.', {
        error: failure.message,
      });
    }
  }

  /** Creates the schema, once; a failed try is repeated by the next call. */
  async #schemaCreated(): Promise<void> {
    this.#schemaMade ??= this.#sink.migrate().catch((error: unknown) => {
      this.#schemaMade = undefined;
      throw error;
    });
    await this.#schemaMade;
  }

  async #insertBatch(telemetry: Telemetry): Promise<void> {
    const batch = await this.#blocksOf(telemetry);
    await nextTurn();
    const writer = this.#writers.pop() ?? new BlockWriter();
    try {
      await this.#insertBlocks(batch, { writer, tokens: new InsertTokens(telemetry.source) });
    } finally {
      this.#writers.push(writer);
    }
    this.#events.moved(batch.movedCount);
  }

  async #blocksOf(telemetry: Telemetry): Promise<BatchBlocks> {
    const { otel } = this.#config;
    const columns = decode(telemetry);
    // Each step of a batch has a turn of the event loop to itself: requests are read in between.
    await nextTurn();
    if (otel !== undefined) return otelBlocks(denseColumns(columns), otel.names);
    return batchBlocks({
      schema: this.#schema,
      columns,
      retention: await this.#retention(telemetry),
      stored: this.#stored,
    });
  }

  async #insertBlocks(
    batch: BatchBlocks,
    way: { readonly writer: BlockWriter; readonly tokens: InsertTokens },
  ): Promise<void> {
    const { writer, tokens } = way;
    for (const source of batch.catalogue) {
      for (const block of this.#encode(source, writer))
        await this.#insert(source, block, undefined);
    }
    this.#stored.remember(batch);
    for (const source of batch.rows) {
      for (const block of this.#encode(source, writer)) {
        await this.#insert(source, block, tokens.next(source.table.name));
      }
    }
  }

  #encode(source: BlockSource, writer: BlockWriter): Iterable<EncodedBlock> {
    const { rows_max: rowsMax, bytes_max: bytesMax } = this.#config;
    return encodeParts(source, writer, { rowsMax, bytesMax });
  }

  async #insert(
    source: BlockSource,
    block: EncodedBlock,
    token: string | undefined,
  ): Promise<void> {
    const table = source.table.name;
    await this.#sink.insert(block.bytes, { database: this.#config.database, table, token });
    this.#events.inserted(table, block.rows, block.bytes.length);
  }

  /** A replay keeps the retention class of the first try: it is part of the partition. */
  async #retention({ signal, source }: Telemetry): Promise<SignalRetention> {
    const { settings } = this.#settings;
    const version = source?.settingsVersion;
    const current = settings.current();
    const { retention } =
      version === undefined || version === current.version
        ? current
        : await settings.version(version);
    return {
      days: retention[`${signal}Days`],
      rules: retention.rules.filter((rule) => rule.signal === signal),
    };
  }
}

function decode(telemetry: Telemetry): Columns {
  try {
    return telemetry.columns();
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error;
    throw new SondeError('INVALID_DATA', error.message, { cause: error });
  }
}
