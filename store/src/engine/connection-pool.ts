import { EngineConnection } from './engine-connection.ts';
import { CODES, engineError } from './engine-error.ts';
import type { NativeAddon } from './native-addon.ts';
import { type SessionState, type SettingsMap, stateKey } from './session-state.ts';

export interface PoolOptions {
  readonly addon: NativeAddon;
  readonly serverArgs: readonly string[];
  /** Settings every connection of this pool is opened with. */
  readonly base: SettingsMap;
  readonly connectionsMax: number;
  /** Callers that wait for a connection; one more is refused. */
  readonly waitingMax: number;
  /** Idle connections that are kept open; 0 opens one for each statement. */
  readonly idleMax: number;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  /** By `performance.now()`. */
  readonly sinceMs: number;
}

/**
 * Connections of one role. A caller has a connection for itself until it is done with it; at the
 * limit callers wait in order, and over `waitingMax` they are refused with ClickHouse's code 202.
 */
export class ConnectionPool {
  readonly #options: PoolOptions;
  readonly #idle: EngineConnection[] = [];
  readonly #waiting: Waiter[] = [];
  #running = 0;
  #closed = false;
  #emptied: (() => void) | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** How long the first of those that wait has waited; undefined when nobody waits. */
  get waitedMs(): number | undefined {
    const [first] = this.#waiting;
    return first === undefined ? undefined : performance.now() - first.sinceMs;
  }

  /** Runs `work` on a connection that is in `state`. */
  async use<T>(
    state: SessionState,
    signal: AbortSignal,
    work: (connection: EngineConnection) => Promise<T>,
  ): Promise<T> {
    await this.#enter(signal);
    let connection: EngineConnection | undefined;
    try {
      connection = this.#takeIdle(state) ?? (await this.#open());
      await connection.enter(state);
      return await work(connection);
    } finally {
      if (connection !== undefined) await this.#giveBack(connection);
      this.#leave();
    }
  }

  /** Refuses new work and waits for what runs; then closes the connections. */
  async close(): Promise<void> {
    this.refuse();
    if (this.#running > 0) {
      await new Promise<void>((resolve) => {
        this.#emptied = resolve;
      });
    }
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  /** Refuses new work and what waits. */
  refuse(): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(stopping());
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (this.#closed) throw stopping();
    if (this.#running < this.#options.connectionsMax) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= this.#options.waitingMax) {
      throw engineError(
        CODES.tooManyStatements,
        `Too many simultaneous queries: ${this.#running} run, ${this.#waiting.length} wait`,
      );
    }
    await this.#waitForTurn(signal);
  }

  /** Resolves with the turn of a caller that left: `running` does not change in between. */
  #waitForTurn(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        const place = this.#waiting.indexOf(waiter);
        if (place !== -1) this.#waiting.splice(place, 1);
        reject(engineError(CODES.cancelled, 'The client left before the query began'));
      };
      const waiter: Waiter = {
        sinceMs: performance.now(),
        resolve: () => {
          signal.removeEventListener('abort', onAbort);
          resolve();
        },
        reject: (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      if (signal.aborted) {
        onAbort();
        return;
      }
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next.resolve();
      return;
    }
    this.#running--;
    if (this.#running === 0) this.#emptied?.();
  }

  #takeIdle(state: SessionState): EngineConnection | undefined {
    const wanted = stateKey(state);
    const fitting = this.#idle.findIndex((idle) => stateKey(idle.state) === wanted);
    const [connection] = this.#idle.splice(fitting === -1 ? this.#idle.length - 1 : fitting, 1);
    return connection;
  }

  #open(): Promise<EngineConnection> {
    const { addon, serverArgs, base } = this.#options;
    return EngineConnection.open(addon, serverArgs, base);
  }

  async #giveBack(connection: EngineConnection): Promise<void> {
    const keep = !connection.unfit && !this.#closed && this.#idle.length < this.#options.idleMax;
    if (keep) this.#idle.push(connection);
    else await connection.close();
  }
}

function stopping(): Error {
  return engineError(CODES.aborted, 'The store is shutting down');
}
