import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { open, readdir, statfs } from 'node:fs/promises';
import path from 'node:path';
import { FILE_BYTES_MAX } from './limits.ts';

const CHUNK_BYTES = 64 * 1024;
const SMALL_FILE_BYTES = 4096;

export interface FilesystemSpace {
  readonly blockBytes: number;
  readonly blocks: number;
  readonly blocksFree: number;
  /** What a process without privileges may still fill. */
  readonly blocksAvailable: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

/**
 * The host's files below `rootPath` (`/`, or where the host's root is mounted into a container).
 * Every read is bounded. Paths are relative to the root: `proc/stat`.
 */
export class HostFiles {
  readonly rootPath: string;
  readonly #small: Buffer = Buffer.allocUnsafe(SMALL_FILE_BYTES);

  constructor(rootPath: string) {
    this.rootPath = rootPath === '' ? '/' : rootPath;
  }

  /** Whether the files are those of the machine that this process sees itself. */
  get isOwnRoot(): boolean {
    return path.resolve(this.rootPath) === '/';
  }

  /** The whole text; rejects when the file holds more than `FILE_BYTES_MAX`. */
  async text(relative: string): Promise<string> {
    const chunks: Buffer[] = [];
    const isWhole = await this.chunks(relative, FILE_BYTES_MAX, (chunk) => {
      chunks.push(Buffer.from(chunk));
    });
    if (!isWhole) throw new Error(`/${relative} holds more than ${FILE_BYTES_MAX} bytes`);
    return Buffer.concat(chunks).toString('utf8');
  }

  /** The first of the files that can be read. Rejects with the last one's error. */
  async firstText(candidates: readonly [string, ...string[]]): Promise<string> {
    let failure: unknown;
    for (const relative of candidates) {
      try {
        return await this.text(relative);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /**
   * Hands a file on chunk by chunk; a chunk is valid during the call only. Resolves to false when
   * the file holds more than `bytesMax` and the rest was not read.
   */
  async chunks(
    relative: string,
    bytesMax: number,
    take: (chunk: Buffer) => void,
  ): Promise<boolean> {
    const file = await open(path.join(this.rootPath, relative), 'r');
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      let total = 0;
      while (total <= bytesMax) {
        const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, null);
        if (bytesRead === 0) return true;
        total += bytesRead;
        take(buffer.subarray(0, bytesRead));
      }
      return false;
    } finally {
      await file.close();
    }
  }

  /**
   * The beginning of a file of one line, read without waiting: for thousands of small files of
   * /proc, where a round trip to a thread costs more than the read. Undefined when it is gone.
   */
  lineNow(relative: string): string | undefined {
    let descriptor: number;
    try {
      descriptor = openSync(path.join(this.rootPath, relative), 'r');
    } catch {
      return undefined;
    }
    try {
      const length = readSync(descriptor, this.#small, 0, SMALL_FILE_BYTES, 0);
      return this.#small.toString('latin1', 0, length);
    } catch {
      // The process ended between open and read.
      return undefined;
    } finally {
      closeSync(descriptor);
    }
  }

  /** Where a link of /proc points to, read without waiting. Undefined when that cannot be seen. */
  linkNow(relative: string): string | undefined {
    try {
      return readlinkSync(path.join(this.rootPath, relative));
    } catch {
      return undefined;
    }
  }

  /** Entries of a directory of /proc, read without waiting. Undefined when they cannot be seen. */
  countNow(relative: string): number | undefined {
    try {
      return readdirSync(path.join(this.rootPath, relative)).length;
    } catch {
      return undefined;
    }
  }

  /** Names in a directory. */
  names(relative: string): Promise<string[]> {
    return readdir(path.join(this.rootPath, relative));
  }

  /** Space of the filesystem mounted at `mountpoint`, a path of the host. May never settle. */
  async space(mountpoint: string): Promise<FilesystemSpace> {
    const stats = await statfs(path.join(this.rootPath, mountpoint));
    return {
      blockBytes: stats.bsize,
      blocks: stats.blocks,
      blocksFree: stats.bfree,
      blocksAvailable: stats.bavail,
      inodes: stats.files,
      inodesFree: stats.ffree,
    };
  }
}
