import { readFile, stat } from 'node:fs/promises';

/** How old the last look at a file may be. */
export const FILE_CHECK_INTERVAL_MS = 1000;

export interface WatchedFileOptions<T> {
  readonly path: string;
  /** Bytes; a larger file is a mistake. */
  readonly sizeMax: number;
  /** Makes a value of the content; what it throws is told without the content. */
  readonly parse: (content: string) => T;
  /** Told once for each problem; the value read before stays. */
  readonly onProblem: (problem: string) => void;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

interface FileVersion {
  readonly mtimeMs: number;
  readonly size: number;
  readonly inode: number;
}

/**
 * A file whose content may change while it is used: credentials, tokens. Looked at on behalf of
 * whoever asks, at most once in `FILE_CHECK_INTERVAL_MS`; no watcher and no timer stays open.
 */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>;
  readonly #now: () => number;
  #value: T;
  #version: FileVersion;
  #checkedAt: number;
  #checking: Promise<void> | undefined;
  #problem: string | undefined;

  private constructor(options: WatchedFileOptions<T>, value: T, version: FileVersion) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#value = value;
    this.#version = version;
    this.#checkedAt = this.#now();
  }

  /** Rejects when the file cannot be read or parsed. */
  static async open<T>(options: WatchedFileOptions<T>): Promise<WatchedFile<T>> {
    const version = await versionOf(options.path);
    return new WatchedFile(options, await readValue(options, version), version);
  }

  /** The newest that could be read. */
  async value(): Promise<T> {
    if (this.#now() - this.#checkedAt >= FILE_CHECK_INTERVAL_MS) {
      this.#checking ??= this.#check().finally(() => {
        this.#checking = undefined;
      });
      await this.#checking;
    }
    return this.#value;
  }

  async #check(): Promise<void> {
    try {
      // Taken before the content, so a change in between is seen the next time.
      const version = await versionOf(this.#options.path);
      if (!isSame(version, this.#version)) {
        this.#value = await readValue(this.#options, version);
        this.#version = version;
      }
      this.#problem = undefined;
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== this.#problem) this.#options.onProblem(problem);
      this.#problem = problem;
    }
    this.#checkedAt = this.#now();
  }
}

async function readValue<T>(options: WatchedFileOptions<T>, version: FileVersion): Promise<T> {
  const { path, sizeMax, parse } = options;
  if (version.size > sizeMax) throw new Error(`${path}: larger than ${sizeMax} bytes`);
  return parse(await readFile(path, 'utf8'));
}

async function versionOf(path: string): Promise<FileVersion> {
  const { mtimeMs, size, ino } = await stat(path);
  return { mtimeMs, size, inode: ino };
}

function isSame(a: FileVersion, b: FileVersion): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.inode === b.inode;
}
