import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { foreignEntry, makeDirectory } from '@sonde/store';
import { UsageError } from '../usage-error.ts';

/** Where one Sonde on one machine keeps everything. */
export interface DataDirectory {
  readonly path: string;
  readonly store: string;
  readonly buffer: string;
  readonly state: string;
  readonly logs: string;
  /** Files with the secrets between Sonde's own processes, readable by the owner alone. */
  readonly ingestTokenFile: string;
  readonly internalTokenFile: string;
  /** The addresses of the Sonde that runs here, for `sonde` commands and tests. */
  readonly runFile: string;
}

const TOKEN_BYTES = 32;

/**
 * Creates what is missing, closed to other users. A folder that exists keeps its permissions; one
 * that holds anything but Sonde's data is refused. Throws `UsageError`.
 */
export function openDataDirectory(path: string): DataDirectory {
  try {
    return createMissing(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`the data folder ${path} cannot be used: ${error.message}`);
  }
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error;
}

function createMissing(path: string): DataDirectory {
  const directory: DataDirectory = {
    path,
    store: join(path, 'store'),
    buffer: join(path, 'buffer'),
    state: join(path, 'state.db'),
    logs: join(path, 'logs'),
    ingestTokenFile: join(path, 'tokens', 'ingest'),
    internalTokenFile: join(path, 'tokens', 'internal'),
    runFile: join(path, 'run.json'),
  };
  refuseForeign(path);
  makeDirectory(path, 0o700);
  // `tokens` first: it marks the folder as Sonde's.
  for (const child of [join(path, 'tokens'), directory.store, directory.buffer, directory.logs]) {
    mkdirSync(child, { recursive: true, mode: 0o700 });
  }
  ensureToken(directory.ingestTokenFile);
  ensureToken(directory.internalTokenFile);
  return directory;
}

/** An empty folder and one that Sonde filled are taken; anything else is somebody's. */
function refuseForeign(path: string): void {
  const entry = foreignEntry(path, ['tokens']);
  if (entry === undefined) return;
  throw new UsageError(
    `${path} is not empty and holds no data of Sonde (there is ${entry}). Name an empty or a new folder: --data FOLDER`,
  );
}

export function readToken(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

function ensureToken(file: string): void {
  if (existsSync(file) && readToken(file).length > 0) return;
  writeFileSync(file, randomBytes(TOKEN_BYTES).toString('hex'), { mode: 0o600 });
}
