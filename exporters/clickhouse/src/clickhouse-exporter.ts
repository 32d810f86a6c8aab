import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type ConsumingComponent,
  type CreateSettings,
  SondeError,
  type Telemetry,
} from '@sonde/pipeline';
import { type Columns, MalformedError } from '@sonde/proto';
import type { SignalRetention } from './blocks/retention-classes.ts';
import type { ClickHouseConfig } from './config.ts';
import { divideColumns } from './shards/divide-columns.ts';
import type { BatchContext, Shard } from './shards/shard.ts';
import { Turns } from './turns.ts';

/** Batches that are inserted at once: each may hold a block of `bytes_max`, and one a shard. */
const BATCHES_IN_FLIGHT_MAX = 4;
/** Batches that wait for their turn; more are refused as overloaded. */
const BATCHES_WAITING_MAX = 256;

/**
 * Columns become blocks, a block an insert, each row on its shard. A batch whose range is inserted
 * again (a crash between insert and commit) is divided and cut alike and carries the same tokens, and
 * the store takes each block once.
 */
export class ClickHouseExporter implements ConsumingComponent {
  readonly givesBack = true;
  readonly #config: ClickHouseConfig;
  readonly #settings: CreateSettings;
  readonly #shards: readonly Shard[];
  readonly #turns = new Turns({
    runningMax: BATCHES_IN_FLIGHT_MAX,
    waitingMax: BATCHES_WAITING_MAX,
  });
  #schemaMade: Promise<void> | undefined;
  #state: 'new' | 'running' | 'stopped' = 'new';

  constructor(config: ClickHouseConfig, settings: CreateSettings, shards: readonly Shard[]) {
    this.#config = config;
    this.#settings = settings;
    this.#shards = shards;
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
    await Promise.all(this.#shards.map((shard) => shard.close()));
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
    this.#schemaMade ??= this.#migrate().catch((error: unknown) => {
      this.#schemaMade = undefined;
      throw error;
    });
    await this.#schemaMade;
  }

  /** A cluster takes its schema to all servers itself; shards that know of no cluster are asked each. */
  async #migrate(): Promise<void> {
    const isCluster = this.#config.cluster !== undefined;
    const asked = isCluster ? this.#shards.slice(0, 1) : this.#shards;
    await allOf(asked.map((shard) => shard.migrate()));
  }

  async #insertBatch(telemetry: Telemetry): Promise<void> {
    try {
      await telemetry.lendColumns((columns) => this.#insertColumns(columns, telemetry));
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      throw new SondeError('INVALID_DATA', error.message, { cause: error });
    }
  }

  async #insertColumns(columns: Columns, telemetry: Telemetry): Promise<void> {
    // Each step of a batch has a turn of the event loop to itself: requests are read in between.
    await nextTurn();
    const context: BatchContext = {
      retention: await this.#retention(telemetry),
      source: telemetry.source,
    };
    const parts = divideColumns(columns, this.#shards.length);
    await allOf(parts.map((part) => this.#shards[part.shard].insert(part.columns, context)));
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

/**
 * All of it, or the failure that counts when none goes on any more: one for good before one that
 * another try may mend.
 */
async function allOf(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  const failures = results.flatMap((result) =>
    result.status === 'rejected' ? [SondeError.from(result.reason)] : [],
  );
  const failure = failures.find(({ retryable }) => !retryable) ?? failures[0];
  if (failure !== undefined) throw failure;
}
