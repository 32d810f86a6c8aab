import type { EngineConnection } from './engine-connection.ts';
import { CODES, engineError } from './engine-error.ts';
import type { SessionRequest } from './session-request.ts';
import type { SessionState } from './session-state.ts';

/** Sessions at once; each holds a connection of the engine and so a thread. */
export const SESSIONS_MAX = 64;

interface Session {
  readonly connection: EngineConnection;
  busy: boolean;
  expiry: NodeJS.Timeout | undefined;
}

/**
 * Named sessions: what SET and temporary tables leave behind is there for the next statement of the
 * same `session_id`, until nothing was asked of it for its timeout. One statement at a time.
 */
export class Sessions {
  readonly #open: () => Promise<EngineConnection>;
  /** Holds the promise, so that two first statements cannot both open the session. */
  readonly #sessions = new Map<string, Promise<Session>>();
  #closed = false;

  constructor(open: () => Promise<EngineConnection>) {
    this.#open = open;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Throws `EngineError`: 372 not there, 373 busy, 202 too many, 236 shutting down. */
  async use<T>(
    request: SessionRequest,
    state: SessionState,
    work: (connection: EngineConnection) => Promise<T>,
  ): Promise<T> {
    const session = await this.#enter(request);
    try {
      await session.connection.enter(state);
      return await work(session.connection);
    } finally {
      session.busy = false;
      if (request.close || session.connection.unfit || this.#closed) await this.#end(request.id);
      else session.expiry = this.#expireIn(request);
    }
  }

  /** Ends every session; one with a running statement ends after it. */
  async close(): Promise<void> {
    this.#closed = true;
    const ids = [...this.#sessions.keys()];
    await Promise.all(ids.map((id) => this.#endWhenIdle(id)));
  }

  async #enter(request: SessionRequest): Promise<Session> {
    if (this.#closed) throw engineError(CODES.aborted, 'The store is shutting down');
    let found = this.#sessions.get(request.id);
    if (found === undefined) {
      found = this.#create(request);
      this.#sessions.set(request.id, found);
    }
    const session = await found;
    if (session.busy) {
      const why = `Session ${request.id} is locked by a concurrent client`;
      throw engineError(CODES.sessionLocked, why);
    }
    session.busy = true;
    clearTimeout(session.expiry);
    return session;
  }

  #create(request: SessionRequest): Promise<Session> {
    if (request.mustExist) {
      throw engineError(CODES.sessionNotFound, `Session ${request.id} not found`);
    }
    if (this.#sessions.size >= SESSIONS_MAX) {
      throw engineError(CODES.tooManyStatements, `Too many sessions: ${this.#sessions.size} open`);
    }
    return this.#open().then(
      (connection) => ({ connection, busy: false, expiry: undefined }),
      (error: unknown) => {
        this.#sessions.delete(request.id);
        throw error;
      },
    );
  }

  #expireIn(request: SessionRequest): NodeJS.Timeout {
    const timer = setTimeout(() => {
      // A connection that does not close holds up nothing but itself.
      this.#end(request.id).catch(() => undefined);
    }, request.timeoutMs);
    timer.unref();
    return timer;
  }

  async #endWhenIdle(id: string): Promise<void> {
    const session = await this.#sessions.get(id);
    if (session !== undefined && !session.busy) await this.#end(id);
  }

  async #end(id: string): Promise<void> {
    const found = this.#sessions.get(id);
    if (found === undefined) return;
    this.#sessions.delete(id);
    const session = await found;
    clearTimeout(session.expiry);
    await session.connection.close();
  }
}
