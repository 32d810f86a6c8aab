import { setImmediate as nextTurn } from 'node:timers/promises';
import type { BufferRange } from '@sonde/pipeline';
import { type Columns, denseColumns } from '@sonde/proto';
import { BlockWriter, DEFAULT_SCHEMA_OPTIONS, type SchemaOptions } from '@sonde/store';
import type { BlockSink } from '../block-sink.ts';
import { batchBlocks } from '../blocks/batch-blocks.ts';
import type { BatchBlocks } from '../blocks/batch-result.ts';
import type { BlockSource } from '../blocks/block-source.ts';
import { type EncodedBlock, encodeParts } from '../blocks/parts.ts';
import type { SignalRetention } from '../blocks/retention-classes.ts';
import { StoredKeys } from '../blocks/stored-keys.ts';
import type { ClickHouseEvents } from '../clickhouse-events.ts';
import type { ClickHouseConfig } from '../config.ts';
import { InsertTokens } from '../insert-token.ts';
import { otelBlocks } from '../otel/otel-blocks.ts';

/** What the rows of one batch are stored with. */
export interface BatchContext {
  readonly retention: SignalRetention;
  /** The range that they were read from. */
  readonly source: BufferRange | undefined;
}

/**
 * One place that rows go to: the store, or a shard of it with its replicas. It has the resources and
 * series that its own rows name, so that what is joined lies together.
 */
export class Shard {
  readonly #config: ClickHouseConfig;
  readonly #sink: BlockSink;
  readonly #events: ClickHouseEvents;
  readonly #schema: SchemaOptions;
  readonly #stored = new StoredKeys();
  readonly #writers: BlockWriter[] = [];

  constructor(
    config: ClickHouseConfig,
    parts: { readonly sink: BlockSink; readonly events: ClickHouseEvents },
  ) {
    this.#config = config;
    this.#sink = parts.sink;
    this.#events = parts.events;
    this.#schema = { ...DEFAULT_SCHEMA_OPTIONS, database: config.database };
  }

  /** Brings the schema to this release's version. Rejects with `SondeError`. */
  migrate(): Promise<void> {
    return this.#sink.migrate();
  }

  /** Resolves when all rows are stored. Rejects with `SondeError`. */
  async insert(columns: Columns, context: BatchContext): Promise<void> {
    const batch = this.#blocksOf(columns, context.retention);
    await nextTurn();
    const writer = this.#writers.pop() ?? new BlockWriter();
    try {
      await this.#insertBlocks(batch, { writer, tokens: new InsertTokens(context.source) });
    } finally {
      this.#writers.push(writer);
    }
    this.#events.moved(batch.movedCount);
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  #blocksOf(columns: Columns, retention: SignalRetention): BatchBlocks {
    const { otel } = this.#config;
    if (otel !== undefined) return otelBlocks(denseColumns(columns), otel.names);
    return batchBlocks({ schema: this.#schema, columns, retention, stored: this.#stored });
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
    await this.#sink.insert(block.bytes, { database: this.#config.insertDatabase, table, token });
    this.#events.inserted(table, block.rows, block.bytes.length);
  }
}
