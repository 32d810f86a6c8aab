import { randomInt } from 'node:crypto';
import { insertSettings } from '@sonde/exporter-clickhouse';
import {
  createStoreClient,
  DEFAULT_SCHEMA_OPTIONS,
  MIGRATIONS,
  migrate,
  type SpawnedEngine,
  Sql,
  type StoreClient,
  schemaVersion,
  spawnEngine,
} from '@sonde/store';
import { z } from 'zod';
import { pause } from './load.ts';

const TOKEN = 'internal-token-of-a-drill';
const ROWS_PER_BLOCK = 10;
/** A statement takes 5 to 30 ms. */
const KILL_AFTER_MS_MAX = 12;
const TRY_AGAIN_MS = 20;

const Text = z.object({ text: z.string() });

/** Where a store is killed: at the so many-th statement of a version, both from 1. */
export interface MigrationPoint {
  readonly version: number;
  readonly statement: number;
}

/** Each statement of every migration. */
export function migrationPoints(): readonly MigrationPoint[] {
  return MIGRATIONS.flatMap(({ version, statements }) =>
    statements(DEFAULT_SCHEMA_OPTIONS).map((_, i) => ({ version, statement: i + 1 })),
  );
}

/** What a block of each signal is; views and roll-ups hang on these three. */
const INSERTS: Readonly<Record<string, string>> = {
  spans: `(tenant, timestamp, trace_id, span_id, service, name, duration_ns, attributes, retention_days)
    SELECT 'default', now64(9), unhex(leftPad(toString(BLOCK), 32, '0')),
      unhex(leftPad(toString(number), 16, '0')), 'drill', 'request', 1000, map('n', 'x'), 14`,
  logs: `(tenant, timestamp, service, body, retention_days)
    SELECT 'default', now64(9), 'drill', concat('line ', toString(BLOCK)), 14`,
  metric_samples: `(tenant, metric, series, timestamp, value, value_type, retention_days)
    SELECT 'default', 'm', number, now64(9), BLOCK, 1, 14`,
};

/**
 * One store that is brought from nothing to the newest version while rows come in, killed with
 * SIGKILL at every point it is told and started again.
 */
export class MigrationUnderKills {
  readonly #directory: string;
  #engine: SpawnedEngine | undefined;
  #client: StoreClient | undefined;
  #isOver = false;
  #blocks = 0;
  /** Blocks that were sent again after a kill. */
  repeated = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Resolves with what is wrong at the end. */
  async run(points: readonly MigrationPoint[]): Promise<readonly string[]> {
    await this.#start();
    const writer = this.#write();
    try {
      for (const point of points) await this.#killAt(point);
      await migrate(this.#open());
    } finally {
      this.#isOver = true;
      await writer;
    }
    const faults = await this.#faults();
    await this.end();
    return faults;
  }

  get blocks(): number {
    return this.#blocks;
  }

  async end(): Promise<void> {
    await this.#client?.close();
    await this.#engine?.kill();
    this.#engine = undefined;
    this.#client = undefined;
  }

  #open(): StoreClient {
    if (this.#client === undefined) throw new Error('the store is not open');
    return this.#client;
  }

  async #start(): Promise<void> {
    const tokens = [{ role: 'internal', token: TOKEN }] as const;
    this.#engine = await spawnEngine({ directory: this.#directory, tokens });
    this.#client = createStoreClient({ url: this.#engine.url, role: 'internal', token: TOKEN });
  }

  /** What `sonde store` does at its start, ended under way. */
  async #killAt({ version, statement }: MigrationPoint): Promise<void> {
    const text = MIGRATIONS[version - 1]?.statements(DEFAULT_SCHEMA_OPTIONS)[statement - 1] ?? '';
    const client = this.#open();
    let isKilled = false;
    const killing: StoreClient = {
      query: (...args) => client.query(...args),
      stream: (...args) => client.stream(...args),
      insertNative: (...args) => client.insertNative(...args),
      ping: () => client.ping(),
      close: () => client.close(),
      command: async (sql, options) => {
        const isDue = sql.render().text === text && (await schemaVersion(client)) === version - 1;
        if (!isDue || isKilled) return client.command(sql, options);
        isKilled = true;
        const answer = client.command(sql, options);
        // Some kills come before the answer, some behind it.
        await Promise.race([pause(randomInt(KILL_AFTER_MS_MAX)), answer.catch(() => undefined)]);
        await this.#engine?.kill();
        return answer;
      },
    };
    await migrate(killing).then(
      () => undefined,
      (error: unknown) => {
        if (!isKilled) throw error;
      },
    );
    if (!isKilled) throw new Error(`version ${version} has no statement ${statement} any more`);
    await client.close();
    await this.#engine?.kill();
    await this.#start();
  }

  /** One block after the other into each table, under a token as the exporter does, until taken. */
  async #write(): Promise<void> {
    // Whoever writes has brought the store to some version before.
    while (!this.#isOver && !(await this.#hasTables())) await pause(TRY_AGAIN_MS);
    for (let block = 1; !this.#isOver; block += 1) {
      for (const [table, rows] of Object.entries(INSERTS)) await this.#insert(table, rows, block);
      this.#blocks = block;
    }
  }

  async #hasTables(): Promise<boolean> {
    try {
      return this.#client !== undefined && (await schemaVersion(this.#client)) >= 1;
    } catch {
      // The store is away, or has no such table yet.
      return false;
    }
  }

  async #insert(table: string, rows: string, block: number): Promise<void> {
    const settings = {
      ...insertSettings(`drill/0/${block}-${block + 1}/${table}`),
      deduplicate_insert_select: 'force_enable',
    };
    const text = `INSERT INTO sonde.${table} ${rows.replaceAll('BLOCK', String(block))}
      FROM numbers(${ROWS_PER_BLOCK})`;
    for (let tries = 0; ; tries += 1) {
      try {
        await this.#client?.command(new Sql([text], []), { settings });
        if (tries > 0) this.repeated += 1;
        return;
      } catch {
        // The store is away.
        await pause(TRY_AGAIN_MS);
      }
    }
  }

  async #faults(): Promise<readonly string[]> {
    const expected = this.#blocks * ROWS_PER_BLOCK;
    const faults: string[] = [];
    for (const table of Object.keys(INSERTS)) {
      const found = Number(await this.#text(`SELECT count() FROM sonde.${table}`));
      if (found !== expected) faults.push(`${table} has ${found} rows, ${expected} were taken`);
    }
    // These two are there since version 1.
    for (const table of ['red_1m', 'trace_index']) {
      const found = Number(await this.#text(`SELECT toUInt64(sum(spans)) FROM sonde.${table}`));
      if (found !== expected) faults.push(`${table} has ${found} spans, ${expected} were taken`);
    }
    await migrate(this.#open(), { ...DEFAULT_SCHEMA_OPTIONS, database: 'fresh' });
    const [shape, fresh] = [await this.#shape('sonde'), await this.#shape('fresh')];
    const differ = shape.filter((line) => !fresh.includes(line));
    faults.push(...differ.map((line) => `not so in a new store: ${line}`));
    faults.push(...fresh.filter((line) => !shape.includes(line)).map((line) => `lacks ${line}`));
    return faults;
  }

  async #text(select: string): Promise<string> {
    return (await this.#texts(`SELECT toString((${select})) AS text`))[0] ?? '';
  }

  async #texts(query: string): Promise<readonly string[]> {
    return (await this.#open().query(new Sql([query], []), Text)).rows.map(({ text }) => text);
  }

  /** Columns, keys, engines and what views select; versions that are noted. */
  async #shape(database: string): Promise<readonly string[]> {
    const columns = `SELECT concat(table, ' ', name, ' ', type, ' ', compression_codec) AS text
      FROM system.columns WHERE database = '${database}'`;
    const tables = `SELECT concat(name, ' ', engine, ' ', partition_key, ' ', sorting_key, ' ',
        replaceAll(as_select, '${database}.', '')) AS text
      FROM system.tables WHERE database = '${database}'`;
    const indexes = `SELECT concat(table, ' ', name, ' ', type_full, ' ', expr) AS text
      FROM system.data_skipping_indices WHERE database = '${database}'`;
    const versions = `SELECT concat(toString(version), ' ', name) AS text
      FROM ${database}.schema_migrations`;
    const parts = [columns, tables, indexes, versions].map((query) => this.#texts(query));
    return (await Promise.all(parts)).flat();
  }
}
