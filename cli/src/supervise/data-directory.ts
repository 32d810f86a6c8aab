import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** Creates what is missing; the folder is closed to other users. */
export function openDataDirectory(path: string): DataDirectory {
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
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
  for (const child of [directory.store, directory.buffer, directory.logs, join(path, 'tokens')]) {
    mkdirSync(child, { recursive: true, mode: 0o700 });
  }
  ensureToken(directory.ingestTokenFile);
  ensureToken(directory.internalTokenFile);
  return directory;
}

export function readToken(file: string): string {
  return readFileSync(file, 'utf8').trim();
}

function ensureToken(file: string): void {
  if (existsSync(file) && readToken(file).length > 0) return;
  writeFileSync(file, randomBytes(TOKEN_BYTES).toString('hex'), { mode: 0o600 });
}
