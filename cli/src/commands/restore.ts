import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type BackupManifest,
  createStoreClient,
  migrate,
  readManifest,
  restoreStore,
  runEngine,
} from '@sonde/store';
import { projectRoot } from '../project-root.ts';
import { type DataDirectory, openDataDirectory } from '../supervise/data-directory.ts';
import { holdDataDirectory } from '../supervise/hold-data-directory.ts';
import { UsageError } from '../usage-error.ts';
import { sayProgress } from './backup-progress.ts';
import { readFlags } from './read-flags.ts';

/** `sonde restore FOLDER`: a backup into a data folder whose Sonde does not run. */
export async function restore(args: readonly string[]): Promise<void> {
  const { values, positionals } = readFlags(
    args,
    {
      data: {
        type: 'string',
        value: 'FOLDER',
        about: 'the data folder that gets it (default .sonde in the clone)',
      },
      force: {
        type: 'boolean',
        default: false,
        value: '',
        about: 'set what is in the store aside first',
      },
    },
    { positionalsMax: 1 },
  );
  if (positionals[0] === undefined)
    throw new UsageError('sonde restore needs the FOLDER of a backup');
  const source = resolve(positionals[0]);
  const manifest = readManifest(source);
  const data = openDataDirectory(resolve(values.data ?? join(projectRoot(), '.sonde')));
  holdDataDirectory(data.path);
  const isThere = existsSync(join(data.store, 'data'));
  if (isThere && !values.force) {
    throw new UsageError(
      `${data.store} holds a store already. Name a new folder with --data, or give --force: what ` +
        'is there is set aside, not deleted',
    );
  }
  const building = await build(data, source, manifest);
  // Only now: a restore that fails or is killed before leaves the old store where it was.
  const aside = isThere ? setAside(data) : undefined;
  putInPlace(building, data);
  report(manifest, data, aside);
}

/** Returns where the old store went. */
function setAside(data: DataDirectory): string {
  const aside = join(data.path, `before-restore-${Date.now()}`);
  mkdirSync(aside, { mode: 0o700 });
  renameSync(data.store, join(aside, 'store'));
  mkdirSync(data.store, { mode: 0o700 });
  for (const suffix of ['', '-wal', '-shm']) {
    const file = `${data.state}${suffix}`;
    if (existsSync(file)) renameSync(file, join(aside, basename(file)));
  }
  return aside;
}

/**
 * Into a folder beside the store's, which gets its place when all is there: half a store must not
 * look like one, also when this process is killed. Returns the folder.
 */
async function build(
  data: DataDirectory,
  source: string,
  manifest: BackupManifest,
): Promise<string> {
  const building = `${data.store}.restoring`;
  rmSync(building, { recursive: true, force: true });
  mkdirSync(building, { mode: 0o700 });
  try {
    await restoreStoreIn(building, source, manifest);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    throw error;
  }
  const state = join(source, 'state.db');
  if (existsSync(state)) copyFileSync(state, join(building, 'state.db'));
  return building;
}

/** Renames alone. The store comes last: without it, the next restore begins anew. */
function putInPlace(building: string, data: DataDirectory): void {
  const state = join(building, 'state.db');
  if (existsSync(state) && !existsSync(data.state)) renameSync(state, data.state);
  renameSync(join(building, 'data'), join(data.store, 'data'));
  rmSync(building, { recursive: true });
}

async function restoreStoreIn(
  directory: string,
  source: string,
  manifest: BackupManifest,
): Promise<void> {
  const token = randomBytes(32).toString('hex');
  const engine = await runEngine({
    directory,
    port: 0,
    backupsDirectory: dirname(source),
    tokens: [{ role: 'internal', token }],
  });
  const client = createStoreClient({ url: engine.url, role: 'internal', token });
  try {
    await restoreStore(client, {
      manifest,
      name: basename(source),
      onProgress: sayProgress('restored'),
    });
    await migrate(client);
  } finally {
    await client.close();
    await engine.close();
  }
}

function report(manifest: BackupManifest, data: DataDirectory, aside: string | undefined): void {
  const total = Object.values(manifest.rows).reduce((sum, rows) => sum + rows, 0);
  const lines = [
    `Restored ${total} rows of ${Object.keys(manifest.rows).length} tables, as of ${manifest.takenAt}, into ${data.path}; every table was counted.`,
    ...(aside === undefined
      ? []
      : [
          `What was there is in ${aside}.`,
          'The buffer goes on where it was: what was stored after the backup is in neither.',
        ]),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
