import { join, resolve } from 'node:path';
import { z } from 'zod';
import { tableRoots } from './cold-volume.ts';
import { type EngineConfig, EngineConfigSchema, type EngineOptions } from './config.ts';
import { ConnectionPool } from './connection-pool.ts';
import { holdDirectory } from './data-directory.ts';
import { EngineConnection } from './engine-connection.ts';
import { readEngineNames } from './engine-names.ts';
import { FailedInserts } from './failed-inserts.ts';
import { FunctionPolicy } from './function-policy.ts';
import { type HttpDoor, openDoor } from './http-door.ts';
import { loadNativeAddon, type NativeAddon } from './native-addon.ts';
import { Roles } from './roles.ts';
import { writeServerConfig } from './server-config.ts';
import type { SettingsMap } from './session-state.ts';
import { Sessions } from './sessions.ts';
import { StatementRunner } from './statement-runner.ts';
import { forgetUnfinishedInserts } from './unfinished-inserts.ts';

export interface RunningEngine {
  readonly port: number;
  /** `http://host:port`, what `store.url` would be. */
  readonly url: string;
  /** ClickHouse's version, `26.7.2.1`. */
  readonly version: string;
  /**
   * Takes no more requests, lets running statements finish within `drainTimeoutMs`, kills the rest,
   * closes the engine. Idempotent.
   */
  close(): Promise<void>;
  /**
   * Resolves, seldom, with why the engine cannot go on; it takes no more requests then. Call `close`,
   * end the process, and start another: that mends it.
   */
  readonly failed: Promise<Error>;
}

/**
 * Settings of every connection. Inserts answer when their rows are in the table; text that is no
 * statement is a syntax error, as a ClickHouse server has it.
 */
const BASE_SETTINGS: SettingsMap = new Map([
  ['async_insert', '0'],
  ['implicit_select', '0'],
]);

interface Pools {
  readonly ingest: ConnectionPool;
  readonly internal: ConnectionPool;
  readonly user: ConnectionPool;
  readonly sessions: Sessions;
}

function openPools(addon: NativeAddon, config: EngineConfig, serverArgs: string[]): Pools {
  const { ingestMax, internalMax, userMax, waitingMax } = config.connections;
  const pool = (connectionsMax: number, idleMax: number): ConnectionPool =>
    new ConnectionPool({
      addon,
      serverArgs,
      base: BASE_SETTINGS,
      connectionsMax,
      waitingMax,
      idleMax,
    });
  return {
    ingest: pool(ingestMax, ingestMax),
    internal: pool(internalMax, internalMax),
    user: pool(userMax, 0),
    sessions: new Sessions(() => EngineConnection.open(addon, serverArgs, BASE_SETTINGS)),
  };
}

async function readText(control: EngineConnection, sql: string): Promise<string> {
  const answer = await control.query({ sql, format: 'TSVRaw', parameters: [] });
  return answer.data.toString('utf8').trim();
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

async function closeEngine(
  door: HttpDoor,
  runner: StatementRunner,
  pools: Pools,
  control: EngineConnection,
  drainTimeoutMs: number,
): Promise<void> {
  const all = [pools.ingest, pools.internal, pools.user];
  for (const pool of all) pool.refuse();
  const timer = setTimeout(() => {
    runner.killAll();
    door.destroy();
  }, drainTimeoutMs);
  await Promise.all([door.close(), pools.sessions.close(), ...all.map((pool) => pool.close())]);
  clearTimeout(timer);
  await control.close();
}

function unfinishedError(count: number): Error {
  return new Error(
    `${count} insert(s) failed after the engine had written their tokens down: it would drop these ` +
      'blocks when they are sent again. It ends, and forgets the tokens at its next start. Look at ' +
      'the disk of the store: it is full, or answers with errors',
  );
}

function readConfig(options: EngineOptions): EngineConfig {
  const parsed = EngineConfigSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new Error(`the store's options do not fit:\n${z.prettifyError(parsed.error)}`);
}

/**
 * Opens the embedded ClickHouse engine in this process and its HTTP interface in front of it. The
 * process must be one of its own (never a worker thread: the engine crashes when one ends), and ends
 * with `close`, not with `process.exit`.
 *
 * Rejects with `DirectoryInUseError`, with words for options that do not fit, with Node's error when
 * the port is taken.
 */
export async function runEngine(options: EngineOptions): Promise<RunningEngine> {
  const parsed = readConfig(options);
  const config = { ...parsed, directory: resolve(parsed.directory) };
  const addon = loadNativeAddon();
  holdDirectory(addon, config.directory);
  const roots = tableRoots(config.cold, config.directory);
  forgetUnfinishedInserts(roots);
  const serverArgs = [
    `--path=${join(config.directory, 'data')}`,
    `--config-file=${writeServerConfig(config)}`,
  ];
  // Stays open to the end: the engine shuts down with its last connection.
  const control = await EngineConnection.open(addon, serverArgs, BASE_SETTINGS).catch((cause) => {
    throw new Error(
      `the engine cannot open ${join(config.directory, 'data')}, and gives no reason: is it a store's ` +
        'directory, may this user write there, is there room?',
      { cause },
    );
  });
  const pools = openPools(addon, config, serverArgs);
  const functions = new FunctionPolicy(await readEngineNames(control));
  let onUnfinished: (count: number) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => {
    onUnfinished = (count) => {
      resolve(unfinishedError(count));
      // Before the failure is answered: the block must not be taken when it comes again.
      void close();
    };
  });
  const failedInserts = new FailedInserts({ roots, onUnfinished });
  const runner = new StatementRunner({ config, control, ...pools, functions, failedInserts });
  const version = await readText(control, 'SELECT version()');
  const timezone = await readText(control, 'SELECT timezone()');
  const loopbackOnly = isLoopback(config.host);
  const roles = new Roles(config.tokens, loopbackOnly);
  const doorOptions = { runner, roles, version, timezone, loopbackOnly };
  const door = await openDoor(doorOptions, config.port, config.host).catch(async (error) => {
    await control.close();
    throw error;
  });
  const host = config.host.includes(':') ? `[${config.host}]` : config.host;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closeEngine(door, runner, pools, control, config.drainTimeoutMs);
    return closed;
  };
  return {
    port: door.port,
    url: `http://${host}:${door.port}`,
    version,
    close,
    failed,
  };
}
