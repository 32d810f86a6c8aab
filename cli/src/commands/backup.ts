import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { copyState } from '@sonde/backend';
import {
  type BackupManifest,
  backupStore,
  createStoreClient,
  makeDirectory,
  rememberedColdVolume,
  runEngine,
  type StoreClient,
} from '@sonde/store';
import { projectRoot } from '../project-root.ts';
import { type DataDirectory, openDataDirectory, readToken } from '../supervise/data-directory.ts';
import { holdDataDirectory } from '../supervise/hold-data-directory.ts';
import { type RunningSonde, readRunFile } from '../supervise/run-file.ts';
import { UsageError } from '../usage-error.ts';
import { VERSION } from '../version.ts';
import { sayProgress } from './backup-progress.ts';
import { readFlags } from './read-flags.ts';

const DATABASE = 'sonde';

/** `sonde backup FOLDER`: the store and the state of a data folder, running or not. */
export async function backup(args: readonly string[]): Promise<void> {
  const { values, positionals } = readFlags(
    args,
    {
      data: {
        type: 'string',
        value: 'FOLDER',
        about: 'the data folder of sonde up (default .sonde in the clone)',
      },
    },
    { positionalsMax: 1 },
  );
  const target = targetOf(positionals[0]);
  const path = resolve(values.data ?? join(projectRoot(), '.sonde'));
  if (!existsSync(join(path, 'store', 'data'))) {
    throw new UsageError(
      `${path} holds no store: name the data folder of sonde up with --data FOLDER`,
    );
  }
  const data = openDataDirectory(path);
  const running = readRunFile(data.runFile);
  const manifest =
    running === undefined
      ? await backupStopped(data, target)
      : await backupRunning(data, running, target);
  report(manifest, target);
}

/** Beside its place, until all of it is there: what lies under the name that was asked for is whole. */
function unfinished(target: string): string {
  return `${target}.unfinished`;
}

function targetOf(given: string | undefined): string {
  if (given === undefined) throw new UsageError('sonde backup needs a new FOLDER to write to');
  if (/^(s3|https?):\/\//.test(given)) {
    throw new UsageError(
      'sonde backup writes to a folder. Into a bucket the store copies by itself: as the user ' +
        "internal, BACKUP DATABASE sonde TO S3('https://BUCKET/PREFIX')",
    );
  }
  const target = resolve(given);
  if (existsSync(target)) throw new UsageError(`${target} is there already: name a new folder`);
  try {
    // Now, and not when a store of terabytes was copied.
    makeDirectory(dirname(target));
    // Of a backup that was killed.
    rmSync(unfinished(target), { recursive: true, force: true });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`a backup cannot be written to ${target}: ${why}`);
  }
  return target;
}

/** The engine may write in its own folder alone; from there the copy is moved. */
async function backupRunning(
  data: DataDirectory,
  running: RunningSonde,
  target: string,
): Promise<BackupManifest> {
  const waiting = await waitingInBuffer(running.metrics);
  const token = readToken(data.internalTokenFile);
  const client = createStoreClient({ url: running.clickhouse, role: 'internal', token });
  const backupsDirectory = join(data.store, 'backups');
  removeLeftBehind(backupsDirectory);
  const name = `backup-${Date.now()}-${process.pid}`;
  try {
    const manifest = await take(client, { backupsDirectory, name, waiting });
    addState(data, join(backupsDirectory, name));
    moveFolder(join(backupsDirectory, name), target);
    return manifest;
  } finally {
    await client.close();
    rmSync(join(backupsDirectory, name), { recursive: true, force: true });
  }
}

/** Copies of backups that were killed, in the engine's folder: nobody moves them out any more. */
function removeLeftBehind(backupsDirectory: string): void {
  if (!existsSync(backupsDirectory)) return;
  for (const name of readdirSync(backupsDirectory)) {
    const pid = Number(/^backup-\d+-(\d+)$/.exec(name)?.[1] ?? 0);
    if (pid === 0 || isRunning(pid)) continue;
    rmSync(join(backupsDirectory, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function backupStopped(data: DataDirectory, target: string): Promise<BackupManifest> {
  holdDataDirectory(data.path);
  const token = randomBytes(32).toString('hex');
  const backupsDirectory = dirname(target);
  const cold = rememberedColdVolume(data.store);
  const engine = await runEngine({
    directory: data.store,
    port: 0,
    backupsDirectory,
    ...(cold === undefined ? {} : { cold }),
    tokens: [{ role: 'internal', token }],
  });
  const client = createStoreClient({ url: engine.url, role: 'internal', token });
  try {
    const folder = unfinished(target);
    const place = { backupsDirectory, name: basename(folder) };
    const manifest = await take(client, { ...place, waiting: null });
    addState(data, folder);
    renameSync(folder, target);
    return manifest;
  } finally {
    await client.close();
    await engine.close();
  }
}

interface Taking {
  readonly backupsDirectory: string;
  readonly name: string;
  readonly waiting: number | null;
}

function take(client: StoreClient, { waiting, ...place }: Taking): Promise<BackupManifest> {
  return backupStore(client, {
    ...place,
    database: DATABASE,
    sondeVersion: VERSION,
    waitingInBuffer: waiting,
    onProgress: sayProgress('copied'),
  });
}

function addState(data: DataDirectory, folder: string): void {
  if (existsSync(data.state)) copyState(data.state, join(folder, 'state.db'));
}

/** On another disk it is copied. */
function moveFolder(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    cpSync(from, unfinished(to), { recursive: true });
    renameSync(unfinished(to), to);
  }
}

/** Null when the gateway does not say. */
async function waitingInBuffer(metricsUrl: string): Promise<number | null> {
  try {
    const page = await (await fetch(metricsUrl, { signal: AbortSignal.timeout(5000) })).text();
    const lines = page.matchAll(/^sonde_receiver_buffer_lag(?:\{[^\n]*\})?\s+(\S+)/gm);
    return [...lines].reduce((sum, line) => sum + Number(line[1]), 0);
  } catch {
    return null;
  }
}

function report(manifest: BackupManifest, target: string): void {
  const total = Object.values(manifest.rows).reduce((sum, rows) => sum + rows, 0);
  const waiting =
    manifest.waitingInBuffer === null
      ? 'What waits in the buffer is not in it; nobody could say how much that is.'
      : `${manifest.waitingInBuffer} records waited in the buffer and are not in it.`;
  process.stdout.write(
    `Backed up ${total} rows of ${Object.keys(manifest.rows).length} tables to ${target}\n` +
      `${waiting}\nBring it back with: sonde restore ${target} --data FOLDER\n`,
  );
}
