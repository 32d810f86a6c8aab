import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

/** Opaque; only the addon looks inside. */
export type NativeConnection = object;

/** What one statement, or one piece of a streamed one, gave. Rows and bytes are of this piece alone. */
export interface NativeResult {
  /** The engine's own memory, freed when the buffer is collected. */
  readonly data: Buffer;
  readonly resultRows: number;
  readonly resultBytes: number;
  /** Read from tables, as the query log would count. */
  readonly readRows: number;
  readonly readBytes: number;
  readonly writtenRows: number;
  readonly writtenBytes: number;
  readonly elapsedSeconds: number;
}

export interface NativeAnalysis {
  /** 0 reads only, 1 changes a database, 2 changes the server, 3 controls the session, 4 unknown. */
  readonly queryClass: number;
  readonly statementCount: number;
  readonly flags: number;
}

type Sql = string | Uint8Array;

/**
 * `native/addon.c`. Calls on one connection run in the order they were made; every rejection is an
 * `Error` with the engine's text. `parameters` is flat: name, value, name, value.
 */
export interface NativeAddon {
  /** SHA-256 of the C sources the addon was built from. */
  readonly sourceHash: string;
  load(libraryPath: string): void;
  version(): string;
  /** The first connection boots the engine on `--path`; later ones must name the same. */
  open(args: readonly string[]): Promise<NativeConnection>;
  query(
    connection: NativeConnection,
    sql: Sql,
    format: string,
    parameters: readonly string[],
  ): Promise<NativeResult>;
  streamOpen(
    connection: NativeConnection,
    sql: Sql,
    format: string,
    parameters: readonly string[],
  ): Promise<void>;
  /** Empty `data` is the end. */
  streamFetch(connection: NativeConnection): Promise<NativeResult>;
  streamCancel(connection: NativeConnection): Promise<void>;
  /** `sql` without FORMAT and without data. */
  insertOpen(
    connection: NativeConnection,
    sql: Sql,
    format: string,
    parameters: readonly string[],
  ): Promise<void>;
  /** `chunk` must not change until this resolves. */
  insertAppend(connection: NativeConnection, chunk: Uint8Array): Promise<void>;
  insertDone(connection: NativeConnection): Promise<NativeResult>;
  insertCancel(connection: NativeConnection): Promise<void>;
  classify(connection: NativeConnection, sql: Sql): Promise<NativeAnalysis>;
  /** The last connection's close shuts the engine down. */
  close(connection: NativeConnection): Promise<void>;
  /** 0: this process holds the file now; else the process that does, -1 when that is unknown. */
  lock(path: string): number;
  /** 16 bytes: CityHash128 1.0.2, little-endian. Needs no engine. */
  blockChecksum(bytes: Uint8Array): Buffer;
}

const FUNCTIONS = [
  'load',
  'version',
  'open',
  'query',
  'streamOpen',
  'streamFetch',
  'streamCancel',
  'insertOpen',
  'insertAppend',
  'insertDone',
  'insertCancel',
  'classify',
  'close',
  'lock',
  'blockChecksum',
];

function isNativeAddon(value: unknown): value is NativeAddon {
  if (typeof value !== 'object' || value === null) return false;
  const members = new Map<string, unknown>(Object.entries(value));
  return FUNCTIONS.every((name) => typeof members.get(name) === 'function');
}

const require = createRequire(import.meta.url);

/** The nearest folder that holds `prebuilds/`: the package above this file, or `store/` beside a bundle. */
function addonFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = [folder, join(folder, 'store')].find((candidate) =>
      existsSync(join(candidate, 'prebuilds')),
    );
    if (found !== undefined) return found;
    const parent = dirname(folder);
    if (parent === folder) throw new Error('the store is installed without its prebuilds folder');
    folder = parent;
  }
}

function loadPrebuilt(folder: string): unknown {
  const load: unknown = require('node-gyp-build');
  if (typeof load !== 'function') throw new Error('node-gyp-build exports no function');
  return load(folder);
}

/** Prebuilt first; where none fits this machine, compiled with `cc`; else words on what to do. */
function findAddon(): unknown {
  const folder = addonFolder();
  try {
    return loadPrebuilt(folder);
  } catch (cause) {
    const script = join(folder, '../scripts/build-native.mjs');
    const built = existsSync(script)
      ? spawnSync(process.execPath, [script, 'store'], { encoding: 'utf8' })
      : undefined;
    if (built?.status === 0) return loadPrebuilt(folder);
    throw new Error(
      `no prebuilt store addon for ${process.platform}-${process.arch}, and compiling it failed: ` +
        `${built?.stderr.trim() ?? 'its sources are not here'}. Supported is linux-x64 with glibc; ` +
        'elsewhere point store.url at a ClickHouse server',
      { cause },
    );
  }
}

function libraryPath(): string {
  try {
    return join(dirname(require.resolve('@chdb/lib-linux-x64-gnu/package.json')), 'libchdb.so');
  } catch (cause) {
    throw new Error(
      'the engine (@chdb/lib-linux-x64-gnu) is not installed: it exists for linux-x64 with glibc; ' +
        'elsewhere point store.url at a ClickHouse server',
      { cause },
    );
  }
}

let addonAlone: NativeAddon | undefined;
let loaded: NativeAddon | undefined;

/** The addon without the engine's library: enough for `lock`, in a few milliseconds. */
export function loadAddonAlone(): NativeAddon {
  if (addonAlone !== undefined) return addonAlone;
  const addon = findAddon();
  if (!isNativeAddon(addon)) throw new Error('the store addon is of another release: rebuild it');
  addonAlone = addon;
  return addon;
}

/** Loads the addon and the engine's library once in this process (about 0.4 s, 150 MB). */
export function loadNativeAddon(): NativeAddon {
  if (loaded !== undefined) return loaded;
  if (!isMainThread) throw new Error('the engine runs in a process of its own, never in a worker');
  const addon = loadAddonAlone();
  addon.load(libraryPath());
  loaded = addon;
  return addon;
}
