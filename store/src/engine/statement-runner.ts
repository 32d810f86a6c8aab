import type { Answer } from './answer.ts';
import type { EngineConfig } from './config.ts';
import type { ConnectionPool } from './connection-pool.ts';
import type { EngineConnection, PreparedStatement } from './engine-connection.ts';
import { CODES, EngineError, engineError } from './engine-error.ts';
import type { FailedInserts } from './failed-inserts.ts';
import { isJoinable } from './formats.ts';
import type { FunctionPolicy } from './function-policy.ts';
import type { IncomingInsert, IncomingStatement } from './incoming-statement.ts';
import { checkIngestInsert, ingestSettings } from './ingest-guard.ts';
import { inRevision } from './native-revision.ts';
import { withProgress } from './progress-report.ts';
import type { RequestCall } from './request-call.ts';
import type { Caller } from './roles.ts';
import { TAG_SETTING } from './session-state.ts';
import type { Sessions } from './sessions.ts';
import { mapLiteral, stringLiteral } from './sql-literals.ts';
import { type StatementShape, statementShape } from './statement-shape.ts';
import { StatementSummary } from './summary.ts';
import { refuseUnfiltered, tenantFilters } from './tenant-filter.ts';
import { checkDatabase, checkUserStatement } from './user-guard.ts';
import { userSettings } from './user-settings.ts';

/** `queryClass` of a statement that only reads. */
const READ_ONLY = 0;
/** Has the engine parse a statement and do nothing. */
const CHECK = 'SELECT formatQuery';
/** Its words may repeat the statement of the check, and so the whole of what was sent. */
const SCOPE_OF_CHECK = /: In scope SELECT formatQuery\([\s\S]*\)(?=\. \([A-Z_]+\))/;
/** A statement may not be known to the engine yet when its client leaves: the kill is repeated. */
const KILL_INTERVAL_MS = 100;
const KILLS_MAX = 600;

export interface RunnerOptions {
  readonly config: EngineConfig;
  readonly control: EngineConnection;
  readonly ingest: ConnectionPool;
  readonly internal: ConnectionPool;
  readonly user: ConnectionPool;
  /** Of `internal`: nobody else may change anything in one. */
  readonly sessions: Sessions;
  /** What `user` statements may call. */
  readonly functions: FunctionPolicy;
  readonly failedInserts: FailedInserts;
}

/** One statement on its way: who asks, how, and where the answer goes. */
export interface Run {
  readonly caller: Caller;
  readonly call: RequestCall;
  readonly statement: IncomingStatement;
  readonly answer: Answer;
  /** Aborts when the client leaves or the door closes: the engine stops too. */
  readonly signal: AbortSignal;
}

/** Decides by role what may run, and runs it. */
export class StatementRunner {
  readonly #options: RunnerOptions;
  readonly #kills = new Set<() => void>();

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /** Throws `EngineError`; the answer is ended otherwise. */
  async run(run: Run): Promise<void> {
    const summary = new StatementSummary();
    const { statement, caller } = run;
    if (statement.kind === 'insert') {
      await this.#writing(() => this.#insert(run, statement, summary));
    } else if (caller.role === 'internal') {
      await this.#writing(() => this.#internalQuery(run, statement.sql, summary));
    } else {
      await this.#guardedQuery(run, statement.sql, summary);
    }
  }

  /** A failure is told when the engine does not take it for a success. */
  async #writing(work: () => Promise<void>): Promise<void> {
    const startedUnixMs = Date.now();
    try {
      await work();
    } catch (error) {
      await this.#options.failedInserts.settle(startedUnixMs);
      throw error;
    }
  }

  async #insert(run: Run, insert: IncomingInsert, summary: StatementSummary): Promise<void> {
    const { caller, call, answer, signal } = run;
    if (caller.role === 'user' || call.method === 'GET') {
      throw engineError(CODES.readonly, `${caller.role}: Cannot execute query in readonly mode`);
    }
    const isIngest = caller.role === 'ingest';
    if (isIngest) checkIngestInsert(insert.sql.toString('latin1'));
    answer.format = insert.format;
    const { database, parameters } = call;
    const settings = isIngest ? ingestSettings(call.settings) : call.settings;
    const work = (connection: EngineConnection): Promise<void> =>
      this.#reported(connection, run, async () => {
        const prepared = { sql: insert.sql, format: insert.format, parameters };
        summary.add(await connection.insert(prepared, insert.data));
        await answer.end(summary);
      });
    if (isIngest) await this.#options.ingest.use({ database, settings }, signal, work);
    else await this.#onInternal(run, work);
  }

  async #internalQuery(run: Run, sql: Buffer, summary: StatementSummary): Promise<void> {
    if (run.call.method === 'GET') await this.#refuseWriting(sql);
    await this.#onInternal(run, (connection) => this.#query(connection, run, sql, summary));
  }

  /** In the session the request names, or on any connection of the role. */
  async #onInternal(
    { call, signal }: Run,
    work: (connection: EngineConnection) => Promise<void>,
  ): Promise<void> {
    const { database, settings } = call;
    const state = { database, settings };
    if (call.session === undefined) await this.#options.internal.use(state, signal, work);
    else await this.#options.sessions.use(call.session, state, work);
  }

  /** `user`, and what `ingest` reads: guarded, limited, read-only, on a connection of its own. */
  async #guardedQuery(run: Run, sql: Buffer, summary: StatementSummary): Promise<void> {
    const { caller, call, signal } = run;
    const narrowed = caller.tenant !== undefined;
    checkDatabase(call.database);
    statementShape(sql.toString('latin1'));
    const { functions } = this.#options;
    const { parameters } = call;
    checkUserStatement(sql.toString('latin1'), { functions, narrowed, parameters });
    await this.#refuseWriting(sql);
    const settings = userSettings(call.settings, this.#options.config.user);
    if (caller.tenant !== undefined) {
      const { filters, unfiltered } = await tenantFilters(this.#options.control, caller.tenant);
      refuseUnfiltered(sql.toString('latin1'), unfiltered);
      settings.set('additional_table_filters', mapLiteral(filters));
    }
    settings.set('readonly', '1');
    await this.#options.user.use({ database: call.database, settings }, signal, (connection) =>
      this.#query(connection, run, sql, summary),
    );
  }

  /** The engine's own parser has the last word on whether a statement only reads. */
  async #refuseWriting(sql: Buffer): Promise<void> {
    const analysis = await this.#options.control.classify(sql);
    if (analysis.statementCount === 0) {
      // It does not parse: let the engine say why, without running it.
      const parameters = ['sql', escapeParameter(sql.toString('utf8'))];
      const check = `${CHECK}({sql:String})`;
      try {
        await this.#options.control.query({ sql: check, format: 'Null', parameters });
      } catch (error) {
        throw withoutCheck(EngineError.fromEngine(error));
      }
    }
    if (analysis.queryClass !== READ_ONLY || analysis.statementCount !== 1) {
      throw engineError(CODES.readonly, 'Cannot execute query in readonly mode');
    }
  }

  async #query(
    connection: EngineConnection,
    run: Run,
    whole: Buffer,
    summary: StatementSummary,
  ): Promise<void> {
    const { call, answer } = run;
    const shape = statementShape(whole.toString('latin1'));
    const inSession = run.caller.role === 'internal' && call.session !== undefined;
    const isSpent = shape.goesOn || (shape.changesSession && !inSession);
    if (isSpent) connection.discardAfterUse();
    const format = shape.format ?? call.defaultFormat;
    answer.format = format;
    await this.#reported(connection, run, async () => {
      const sql = whole.subarray(0, shape.end);
      const prepared = { sql, format, parameters: call.parameters };
      await this.#produce(connection, prepared, shape, run, summary);
      // Before the connection is given back: closing one takes longer than a small statement.
      await answer.end(summary);
    });
  }

  async #produce(
    connection: EngineConnection,
    prepared: PreparedStatement,
    shape: StatementShape,
    run: Run,
    summary: StatementSummary,
  ): Promise<void> {
    const { answer, call, signal } = run;
    const patience = { signal, othersWaitedMs: () => this.#othersWaitedMs(run.caller) };
    const isRevised = call.revision > 0 && prepared.format === 'Native';
    // A piece of a streamed result holds whole blocks.
    const inClientsTerms = (data: Uint8Array): Uint8Array =>
      isRevised ? inRevision(data, call.revision) : data;
    const streamed = shape.kind === 'select' && isJoinable(prepared.format) && !call.waitForEnd;
    if (!streamed) {
      const result = await connection.query(prepared);
      summary.add(result);
      await answer.write(inClientsTerms(result.data), summary, patience);
      return;
    }
    for await (const piece of connection.stream(prepared)) {
      summary.add(piece);
      await answer.write(inClientsTerms(piece.data), summary, patience);
      if (signal.aborted) throw engineError(CODES.cancelled, 'The client left');
    }
  }

  /** How long others have waited for a connection as this caller's statement has one. */
  #othersWaitedMs(caller: Caller): number | undefined {
    const { internal, user } = this.#options;
    return (caller.role === 'internal' ? internal : user).waitedMs;
  }

  /** Runs `work`, killable, with headers of its progress where the caller wants them. */
  #reported(connection: EngineConnection, run: Run, work: () => Promise<void>): Promise<void> {
    const { tag } = connection;
    const { call, answer, signal } = run;
    const { progressIntervalMs: intervalMs } = call;
    if (intervalMs === undefined) return this.#killable(tag, signal, work);
    const report = (progress: string): void => answer.reportProgress(progress);
    const options = { control: this.#options.control, tag, intervalMs, report };
    return this.#killable(tag, signal, () => withProgress(options, work));
  }

  /**
   * Runs `work` on the connection with that tag; when `signal` aborts, what runs on the connection is
   * killed (never SYNC: that has hung) until `work` is over.
   */
  async #killable(tag: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
    if (signal.aborted)
      throw engineError(CODES.cancelled, 'The client left before the query began');
    let timer: NodeJS.Timeout | undefined;
    let kills = 0;
    let killing: Promise<void> = Promise.resolve();
    const killOnce = (): void => {
      // A failed kill is tried again by the timer.
      killing = this.#kill(tag).catch(() => undefined);
      if (++kills >= KILLS_MAX) clearInterval(timer);
    };
    // Client and door may both ask for it.
    const kill = (): void => {
      if (timer !== undefined) return;
      timer = setInterval(killOnce, KILL_INTERVAL_MS);
      killOnce();
    };
    signal.addEventListener('abort', kill, { once: true });
    this.#kills.add(kill);
    try {
      await work();
    } catch (error) {
      throw EngineError.fromEngine(error);
    } finally {
      this.#kills.delete(kill);
      signal.removeEventListener('abort', kill);
      clearInterval(timer);
      // Else it would hit the next statement of this connection.
      await killing;
    }
  }

  /** Stops every statement that runs; their callers get code 394. */
  killAll(): void {
    for (const kill of this.#kills) kill();
  }

  async #kill(tag: string): Promise<void> {
    const sql = `KILL QUERY WHERE Settings['${TAG_SETTING}'] = ${stringLiteral(tag)} ASYNC`;
    await this.#options.control.query({ sql, format: 'Null', parameters: [] });
  }
}

function withoutCheck({ code, text, cause }: EngineError): EngineError {
  return new EngineError(code, text.replace(SCOPE_OF_CHECK, ''), cause);
}

/** Parameter values travel escaped as in TSV. */
function escapeParameter(value: string): string {
  return value
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\0', '\\0');
}
