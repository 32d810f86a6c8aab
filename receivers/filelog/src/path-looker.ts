import {
  type Dirent,
  readdirSync,
  type Stats,
  statfsSync,
  statSync,
  stat as statWithCallback,
} from 'node:fs';
import { readdir } from 'node:fs/promises';
import { FILES_MAX } from './limits.ts';

/**
 * File systems that answer from this host, by `f_type` of statfs(2): ext, xfs, btrfs, f2fs, zfs, tmpfs,
 * ramfs, overlay. What is on any other may have to ask a machine that does not answer.
 */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0x2fc12fc1, 0x01021994, 0x858458f6, 0x794c7630,
]);

/**
 * A directory that changed so shortly before it was listed may have changed again since without
 * another time. Milliseconds.
 */
const UNSETTLED_MS = 2000;

interface Listing {
  readonly key: string;
  readonly changedMs: number;
  readonly entries: readonly Dirent[];
}

/**
 * Looks what is at paths, at every poll the same ones. What lies on this host's own file systems is
 * asked for at once, 2 us where a question through threads takes 10 to 100, and directories that have
 * not changed are not read again. The first question of a path, and all about other file systems, go
 * through threads: a machine that does not answer holds up nobody else.
 */
export class PathLooker {
  /** Whether what was at a path was local; those that were asked for since the last poll. */
  #isLocal = new Map<string, boolean>();
  #wasLocal = new Map<string, boolean>();
  #listings = new Map<string, Listing>();
  #knownListings = new Map<string, Listing>();
  readonly #devices = new Map<number, boolean>();

  /** A poll begins: what the one before did not ask for is forgotten. */
  begin(): void {
    this.#wasLocal = this.#isLocal;
    this.#isLocal = new Map();
    this.#knownListings = this.#listings;
    this.#listings = new Map();
  }

  /** Undefined where nothing is, or nothing that may be looked at; without a promise where it can be. */
  stat(path: string): Stats | undefined | Promise<Stats | undefined> {
    if (!this.#wasLocal.get(path) && !this.#isLocal.get(path)) return this.#ask(path);
    return this.#noted(path, statNow(path));
  }

  /** In the order of their names. Rejects where it cannot be read. */
  async list(directory: string): Promise<readonly Dirent[]> {
    const stats = await this.stat(directory);
    if (stats === undefined || !this.#isLocal.get(directory)) {
      return sorted(await readdir(directory, { withFileTypes: true }));
    }
    const key = `${stats.dev}:${stats.ino}`;
    const before = this.#listings.get(directory) ?? this.#knownListings.get(directory);
    const isSame = before?.key === key && before.changedMs === stats.ctimeMs;
    const nowMs = Date.now();
    const listing = isSame
      ? before
      : {
          key,
          changedMs: stats.ctimeMs,
          entries: sorted(readdirSync(directory, { withFileTypes: true })),
        };
    const isSettled = isSame || nowMs - stats.ctimeMs > UNSETTLED_MS;
    if (isSettled && this.#listings.size < FILES_MAX) this.#listings.set(directory, listing);
    return listing.entries;
  }

  #ask(path: string): Promise<Stats | undefined> {
    return new Promise((resolve) => {
      statWithCallback(path, (error, stats) => {
        resolve(this.#noted(path, error === null ? stats : undefined));
      });
    });
  }

  #noted(path: string, stats: Stats | undefined): Stats | undefined {
    if (stats !== undefined && this.#isLocal.size < FILES_MAX) {
      this.#isLocal.set(path, this.#isOnThisHost(path, stats.dev));
    }
    return stats;
  }

  #isOnThisHost(path: string, device: number): boolean {
    let isLocal = this.#devices.get(device);
    if (isLocal === undefined) {
      isLocal = hasLocalType(path);
      this.#devices.set(device, isLocal);
    }
    return isLocal;
  }
}

function statNow(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // No right to look, a loop of links: nothing that can be read.
    return undefined;
  }
}

function hasLocalType(path: string): boolean {
  try {
    return LOCAL_TYPES.has(statfsSync(path).type);
  } catch {
    return false;
  }
}

function sorted(entries: Dirent[]): readonly Dirent[] {
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
