import { randomUUID } from 'node:crypto';
import { EngineError } from './engine-error.ts';
import type {
  NativeAddon,
  NativeAnalysis,
  NativeConnection,
  NativeResult,
} from './native-addon.ts';
import { type SessionState, type SettingsMap, stateChanges, TAG_SETTING } from './session-state.ts';

/** A statement ready to run: one, without data, bytes as they came. */
export interface PreparedStatement {
  readonly sql: Uint8Array | string;
  readonly format: string;
  /** Flat: name, value, name, value. */
  readonly parameters: readonly string[];
}

export const DEFAULT_DATABASE = 'default';
const NO_SETTINGS: SettingsMap = new Map();

/**
 * One connection to the engine: one statement at a time, and nothing of one statement is left for
 * the next. After a failure the connection is drained (libchdb prepends a failed query's rows to the
 * next result) or, where that is not certain, `unfit`, which means: close it.
 */
export class EngineConnection {
  /** What statements of this connection are found by in `system.processes`; see `TAG_SETTING`. */
  readonly tag: string;
  readonly #addon: NativeAddon;
  readonly #handle: NativeConnection;
  readonly #base: SettingsMap;
  #state: SessionState = { database: DEFAULT_DATABASE, settings: NO_SETTINGS };
  #unfit = false;
  #closed: Promise<void> | undefined;

  private constructor(addon: NativeAddon, handle: NativeConnection, base: SettingsMap) {
    this.tag = base.get(TAG_SETTING) ?? '';
    this.#addon = addon;
    this.#handle = handle;
    this.#base = base;
  }

  /** `serverArgs` matter to the first connection of the process; `base` holds for this one. */
  static async open(
    addon: NativeAddon,
    serverArgs: readonly string[],
    base: SettingsMap,
  ): Promise<EngineConnection> {
    const own = new Map([...base, [TAG_SETTING, `sonde:${randomUUID()}`]]);
    const settings = [...own].map(([name, value]) => `--${name}=${value}`);
    try {
      const handle = await addon.open(['clickhouse', ...serverArgs, ...settings]);
      return new EngineConnection(addon, handle, own);
    } catch (error) {
      throw EngineError.fromEngine(error);
    }
  }

  get unfit(): boolean {
    return this.#unfit;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** The statement that ran changed the session in ways that cannot be undone here. */
  discardAfterUse(): void {
    this.#unfit = true;
  }

  async enter(state: SessionState): Promise<void> {
    const changes = stateChanges(this.#state, state, this.#base);
    // Half a change must not be mistaken for either state.
    if (changes.length > 0) this.#unfit = true;
    for (const sql of changes)
      await this.#call(() => this.#addon.query(this.#handle, sql, 'Null', []));
    if (changes.length > 0) this.#unfit = false;
    this.#state = state;
  }

  async query(statement: PreparedStatement): Promise<NativeResult> {
    try {
      return await this.#call(() =>
        this.#addon.query(this.#handle, statement.sql, statement.format, statement.parameters),
      );
    } catch (error) {
      await this.#drain();
      throw error;
    }
  }

  /**
   * The result in blocks, each formatted on its own: only for formats whose pieces may be joined.
   * Leaving the loop early cancels the statement between two blocks.
   */
  async *stream(statement: PreparedStatement): AsyncGenerator<NativeResult, void> {
    let failed = true;
    try {
      await this.#call(() =>
        this.#addon.streamOpen(this.#handle, statement.sql, statement.format, statement.parameters),
      );
      for (;;) {
        const piece = await this.#call(() => this.#addon.streamFetch(this.#handle));
        if (piece.data.length === 0) break;
        yield piece;
      }
      failed = false;
    } finally {
      await this.#endStream(failed);
    }
  }

  /** Sends `chunks` apart from the statement; resolves when the rows are in the table. */
  async insert(
    statement: PreparedStatement,
    chunks: AsyncIterable<Uint8Array>,
  ): Promise<NativeResult> {
    let failed = true;
    try {
      await this.#call(() =>
        this.#addon.insertOpen(this.#handle, statement.sql, statement.format, statement.parameters),
      );
      for await (const chunk of chunks) {
        await this.#call(() => this.#addon.insertAppend(this.#handle, chunk));
      }
      const result = await this.#call(() => this.#addon.insertDone(this.#handle));
      failed = false;
      return result;
    } finally {
      if (failed) await this.#cancelInsert();
    }
  }

  /** What the engine's own parser says; nothing runs. */
  classify(sql: Uint8Array | string): Promise<NativeAnalysis> {
    return this.#call(() => this.#addon.classify(this.#handle, sql));
  }

  close(): Promise<void> {
    this.#unfit = true;
    this.#closed ??= this.#call(() => this.#addon.close(this.#handle));
    return this.#closed;
  }

  async #call<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw EngineError.fromEngine(error);
    }
  }

  async #drain(): Promise<void> {
    try {
      await this.#addon.query(this.#handle, 'SELECT 1', 'Null', []);
    } catch {
      this.#unfit = true;
    }
  }

  async #endStream(failed: boolean): Promise<void> {
    try {
      await this.#addon.streamCancel(this.#handle);
    } catch {
      this.#unfit = true;
    }
    if (failed) await this.#drain();
  }

  async #cancelInsert(): Promise<void> {
    try {
      await this.#addon.insertCancel(this.#handle);
    } catch {
      this.#unfit = true;
    }
    await this.#drain();
  }
}
