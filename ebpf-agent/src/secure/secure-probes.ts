import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcFiles } from '../entities/proc-files.ts';
import { refusalOf } from '../kernel/kernel-error.ts';
import {
  INSPECTED_FILES_MAX,
  INSPECTIONS_PER_TURN,
  INSPECTIONS_WAITING_MAX,
  PROBE_POINTS_MAX,
  PROBED_FILES_MAX,
  PROBES_KEPT_MS,
} from '../limits.ts';
import { withElfFile } from './elf-file.ts';
import { type ProbePoint, probePointsOf } from './probe-points.ts';

export interface SecureProbesOptions {
  readonly files: ProcFiles;
  /** The number of what was attached; throws. */
  readonly attach: (path: string, points: readonly ProbePoint[]) => number;
  readonly detach: (link: number) => void;
}

/** An executable or library that encrypts. */
interface ProbedFile {
  readonly key: string;
  readonly link: number;
  readonly points: number;
  readonly users: Set<number>;
  /** It stays although nobody uses it: who does next need not be waited for. */
  readonly isPinned: boolean;
  unusedMs: number;
}

const LIBRARY_FOLDERS = [
  '/usr/lib/x86_64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/usr/lib64',
  '/lib64',
  '/usr/lib',
  '/usr/local/lib',
  '/usr/local/lib64',
];
const LIBRARY_NAME = /^lib(?:ssl|gnutls)[^/]*\.so[^/]*$/;
const VERSIONED_LIBRARY_NAME = /^lib(?:ssl|gnutls)\.so\.\d/;

/** A line of /proc/<pid>/maps whose code is a file's: device, inode, path. */
const MAPPED_CODE = /^\S+ r-xp \S+ \S+ \d+ +(\/.*)$/;

/**
 * Probes in the libraries and executables that encrypt: each file once, whoever uses it, found when a
 * process starts it, or speaks TLS through something that is not known yet.
 */
export class SecureProbes {
  readonly #options: SecureProbesOptions;
  readonly #probed = new Map<string, ProbedFile>();
  /** Files that were looked at and encrypt nothing, or cannot be probed. */
  readonly #others = new Set<string>();
  readonly #byPid = new Map<number, Set<ProbedFile>>();
  readonly #waiting = new Map<number, 'executable' | 'everything'>();
  /** Processes whose libraries were looked at because they speak TLS. */
  readonly #looked = new Set<number>();
  readonly #refusals = new Map<string, string>();
  #points = 0;
  #skipped = 0;

  constructor(options: SecureProbesOptions) {
    this.#options = options;
  }

  /** Files with probes. */
  get size(): number {
    return this.#probed.size;
  }

  /** How many processes use each file with probes. */
  get files(): readonly { readonly users: number; readonly isPinned: boolean }[] {
    return [...this.#probed.values()].map(({ users, isPinned }) => ({
      users: users.size,
      isPinned,
    }));
  }

  /** Places with a probe. */
  get points(): number {
    return this.#points;
  }

  /** Files and processes that were not looked at, or not probed, for want of room. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Files that encrypt and cannot be probed, with why. */
  get refusals(): ReadonlyMap<string, string> {
    return this.#refusals;
  }

  /** The host's libraries, and what the processes use that there are. */
  start(pids: Iterable<number>): void {
    for (const folder of LIBRARY_FOLDERS) {
      for (const name of namesIn(folder).filter((name) => VERSIONED_LIBRARY_NAME.test(name))) {
        this.#probe(join(folder, name), undefined);
      }
    }
    for (const pid of pids) this.#inspect(pid, 'everything');
  }

  executed(pid: number): void {
    this.exited(pid);
    this.#wait(pid, 'executable');
  }

  forked(pid: number, parent: number): void {
    const files = this.#byPid.get(parent);
    if (files === undefined) return;
    this.#byPid.set(pid, new Set(files));
    for (const file of files) file.users.add(pid);
  }

  exited(pid: number): void {
    this.#waiting.delete(pid);
    this.#looked.delete(pid);
    for (const file of this.#byPid.get(pid) ?? []) {
      file.users.delete(pid);
      file.unusedMs = performance.now();
    }
    this.#byPid.delete(pid);
  }

  /** A connection of it is secure: by whatever it has loaded by now. */
  speaksTls(pid: number): void {
    if (this.#looked.has(pid)) return;
    if (this.#looked.size >= INSPECTED_FILES_MAX) this.#looked.clear();
    this.#looked.add(pid);
    this.#wait(pid, 'everything');
  }

  /** Looks at some of the processes that wait, and detaches from a file that nobody uses any more. */
  endTurn(): void {
    let left = INSPECTIONS_PER_TURN;
    for (const [pid, what] of this.#waiting) {
      if (left-- <= 0) break;
      this.#waiting.delete(pid);
      this.#inspect(pid, what);
    }
    this.#expireOne();
  }

  #wait(pid: number, what: 'executable' | 'everything'): void {
    if (this.#waiting.size >= INSPECTIONS_WAITING_MAX) {
      this.#skipped++;
      return;
    }
    this.#waiting.set(pid, what);
  }

  #inspect(pid: number, what: 'executable' | 'everything'): void {
    this.#probe(`/proc/${pid}/exe`, pid);
    if (what === 'executable') return;
    for (const path of libraryPaths(this.#options.files.text(pid, 'maps'))) {
      this.#probe(`/proc/${pid}/root${path}`, pid);
    }
  }

  #probe(path: string, pid: number | undefined): void {
    const key = fileKey(path);
    if (key === undefined || this.#others.has(key)) return;
    const file = this.#probed.get(key) ?? this.#attachTo(path, key, pid === undefined);
    if (file === undefined || pid === undefined) return;
    file.users.add(pid);
    const files = this.#byPid.get(pid);
    if (files === undefined) this.#byPid.set(pid, new Set([file]));
    else files.add(file);
  }

  #attachTo(path: string, key: string, isPinned: boolean): ProbedFile | undefined {
    const found = withElfFile(path, probePointsOf);
    if (found?.refused !== undefined) this.#refuse(path, found.refused);
    const points = found?.points ?? [];
    const isFull =
      this.#probed.size >= PROBED_FILES_MAX || this.#points + points.length > PROBE_POINTS_MAX;
    if (points.length > 0 && isFull) {
      this.#skipped++;
      return undefined;
    }
    const link = points.length === 0 ? undefined : this.#tryAttach(path, points);
    if (link === undefined) {
      if (this.#others.size >= INSPECTED_FILES_MAX) this.#others.clear();
      this.#others.add(key);
      return undefined;
    }
    const file: ProbedFile = {
      key,
      link,
      points: points.length,
      users: new Set<number>(),
      isPinned,
      unusedMs: performance.now(),
    };
    this.#probed.set(key, file);
    this.#points += points.length;
    return file;
  }

  #tryAttach(path: string, points: readonly ProbePoint[]): number | undefined {
    try {
      return this.#options.attach(path, points);
    } catch (error) {
      this.#refuse(path, refusalOf(error));
      return undefined;
    }
  }

  #refuse(path: string, reason: string): void {
    if (this.#refusals.size < PROBED_FILES_MAX) this.#refusals.set(path, reason);
  }

  #expireOne(): void {
    const before = performance.now() - PROBES_KEPT_MS;
    for (const file of this.#probed.values()) {
      if (file.isPinned || file.users.size > 0 || file.unusedMs > before) continue;
      this.#options.detach(file.link);
      this.#probed.delete(file.key);
      this.#points -= file.points;
      return;
    }
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Not every host has every folder.
    return [];
  }
}

/** The file's identity, whatever its path; undefined when it is gone. */
function fileKey(path: string): string | undefined {
  try {
    const { dev, ino, mtimeMs, size } = statSync(path);
    return `${dev}:${ino}:${mtimeMs}:${size}`;
  } catch {
    // Its process ended, or is not ours to look at (the first one of a host often is not).
    return undefined;
  }
}

/** The libraries for TLS among what a process has mapped. */
export function libraryPaths(maps: string): readonly string[] {
  const paths = new Set<string>();
  for (const line of maps.split('\n')) {
    const path = MAPPED_CODE.exec(line)?.[1];
    if (path === undefined) continue;
    if (LIBRARY_NAME.test(path.slice(path.lastIndexOf('/') + 1))) paths.add(path);
  }
  return [...paths];
}
