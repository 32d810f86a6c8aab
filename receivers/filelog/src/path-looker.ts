import { type Dirent, type Stats, statSync } from 'node:fs';
import { readdir, stat, statfs } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileKey } from './byte-source.ts';
import { ASKED_AT_ONCE_MAX, FILES_MAX } from './limits.ts';

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
 * through threads: a machine that does not answer holds up nobody else. After `ASKED_AT_ONCE_MAX` of
 * them the event loop has a turn.
 */
export class PathLooker {
  /** Whether what was at a path was local; those that were asked for since the last poll. */
  #isLocal = new Map<string, boolean>();
  #wasLocal = new Map<string, boolean>();
  #listings = new Map<string, Listing>();
  #knownListings = new Map<string, Listing>();
  /** By number, those of the last polls: one that is gone may come again as another file system. */
  #devices = new Map<number, boolean>();
  #knownDevices = new Map<number, boolean>();
  #askedAtOnce = 0;
  #turn: Promise<void> | undefined;

  /** A poll begins: what the one before did not ask for is forgotten. */
  begin(): void {
    this.#wasLocal = this.#isLocal;
    this.#isLocal = new Map();
    this.#knownListings = this.#listings;
    this.#listings = new Map();
    this.#knownDevices = this.#devices;
    this.#devices = new Map();
    this.#askedAtOnce = 0;
  }

  /** Undefined where nothing is, or nothing that may be looked at; without a promise where it can be. */
  stat(path: string): Stats | undefined | Promise<Stats | undefined> {
    if (!this.#wasLocal.get(path) && !this.#isLocal.get(path)) return this.#ask(path);
    if (this.#askedAtOnce >= ASKED_AT_ONCE_MAX) return this.#askLater(path);
    return this.#askAtOnce(path);
  }

  /** In the order of their names. Rejects where it cannot be read. */
  async list(directory: string): Promise<readonly Dirent[]> {
    const stats = await this.stat(directory);
    const nowMs = Date.now();
    const known = this.#listings.get(directory) ?? this.#knownListings.get(directory);
    const isSame =
      stats !== undefined && known?.key === fileKey(stats) && known.changedMs === stats.ctimeMs;
    const entries = isSame ? known.entries : await readEntries(directory);
    if (stats === undefined || !this.#isLocal.get(directory)) return entries;
    const isSettled = isSame || nowMs - stats.ctimeMs > UNSETTLED_MS;
    if (isSettled && this.#listings.size < FILES_MAX) {
      this.#listings.set(directory, { key: fileKey(stats), changedMs: stats.ctimeMs, entries });
    }
    return entries;
  }

  /** Never rejects. */
  async #ask(path: string): Promise<Stats | undefined> {
    try {
      const stats = await stat(path);
      const isLocal = this.#deviceIsLocal(stats.dev) ?? LOCAL_TYPES.has((await statfs(path)).type);
      this.#note(path, stats, isLocal);
      return stats;
    } catch {
      return undefined;
    }
  }

  #askAtOnce(path: string): Stats | undefined {
    this.#askedAtOnce++;
    const stats = statNow(path);
    // Of another device than it was: asked through threads the next time, and known then.
    if (stats !== undefined) this.#note(path, stats, this.#deviceIsLocal(stats.dev) ?? false);
    return stats;
  }

  async #askLater(path: string): Promise<Stats | undefined> {
    this.#turn ??= nextTurn().then(() => {
      this.#turn = undefined;
      this.#askedAtOnce = 0;
    });
    await this.#turn;
    return this.#askAtOnce(path);
  }

  #deviceIsLocal(device: number): boolean | undefined {
    return this.#devices.get(device) ?? this.#knownDevices.get(device);
  }

  #note(path: string, { dev }: Stats, isLocal: boolean): void {
    if (this.#isLocal.size < FILES_MAX) this.#isLocal.set(path, isLocal);
    if (this.#devices.size < FILES_MAX) this.#devices.set(dev, isLocal);
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

async function readEntries(directory: string): Promise<readonly Dirent[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}
