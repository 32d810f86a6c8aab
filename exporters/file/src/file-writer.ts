import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SondeError } from '@sonde/pipeline';
import type { RotationConfig } from './config.ts';
import type { FileEvents } from './file-events.ts';
import { moveToBackup, pruneBackups } from './rotation.ts';
import { errorText } from './system-error.ts';

/** Bytes that wait for one file at most. */
export const QUEUED_BYTES_MAX: number = 64 * 1024 * 1024;
/** Bytes that are put together for one write. */
const WRITE_BYTES_MAX = 4 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;
const FILE_PERMISSIONS = 0o644;
const FOLDER_PERMISSIONS = 0o755;

export interface FileWriterOptions {
  readonly path: string;
  /** What is in the file when it is opened goes. Never with rotation. */
  readonly truncate: boolean;
  readonly rotation: RotationConfig | undefined;
  readonly events: FileEvents;
}

interface Waiting {
  readonly frame: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: SondeError) => void;
}

/**
 * One file that grows. A frame is written whole or, after a failure, cut off again; it is taken
 * when the operating system has it. Writes go one after the other, neighbours in one call.
 */
export class FileWriter {
  readonly #options: FileWriterOptions;
  #handle: FileHandle;
  /** Up to here the file holds whole frames; undefined for what is no regular file. */
  #size: number | undefined;
  /** A failed write left bytes behind `#size` that could not be cut off yet. */
  #torn = false;
  #waiting: Waiting[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #closed = false;

  private constructor(options: FileWriterOptions, handle: FileHandle, size: number | undefined) {
    this.#options = options;
    this.#handle = handle;
    this.#size = size;
  }

  /** Rejects with the system's error when the file cannot be opened. */
  static async open(options: FileWriterOptions): Promise<FileWriter> {
    if (options.rotation !== undefined) {
      await mkdir(dirname(options.path), { recursive: true, mode: FOLDER_PERMISSIONS });
    }
    const { handle, size } = await openAtEnd(options.path, options.truncate);
    return new FileWriter(options, handle, size);
  }

  /** Resolves when the file has the frame; the caller leaves it unchanged until then. */
  write(frame: Uint8Array): Promise<void> {
    if (this.#closed) {
      return Promise.reject(new SondeError('SHUTTING_DOWN', 'the exporter is not running'));
    }
    if (this.#queuedBytes > 0 && this.#queuedBytes + frame.length > QUEUED_BYTES_MAX) {
      return Promise.reject(
        new SondeError('OVERLOADED', `${this.#options.path} takes data too slowly`),
      );
    }
    this.#queuedBytes += frame.length;
    const done = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ frame, resolve, reject });
    });
    this.#writing ??= this.#drain().finally(() => {
      this.#writing = undefined;
    });
    return done;
  }

  /** Takes no more, writes what it took, closes. When `deadline` aborts, hands back what is left. */
  async close(deadline: AbortSignal): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await untilAborted(this.#writing ?? Promise.resolve(), deadline);
    for (const { reject } of this.#waiting.splice(0)) {
      reject(new SondeError('SHUTTING_DOWN', 'the exporter stopped before this was written'));
    }
    await untilAborted(this.#handle.close(), deadline);
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const frames = await this.#nextFrames();
      const bytes = frames.reduce((sum, { frame }) => sum + frame.length, 0);
      try {
        await this.#append(Buffer.concat(frames.map(({ frame }) => frame)));
        for (const { resolve } of frames) resolve();
      } catch (error) {
        const failure = this.#failure(error);
        for (const { reject } of frames) reject(failure);
      }
      this.#queuedBytes -= bytes;
    }
  }

  /** What goes into the next write; the file is changed for a new one where it would be too long. */
  async #nextFrames(): Promise<readonly Waiting[]> {
    const { rotation } = this.#options;
    const sizeMax = rotation === undefined ? undefined : rotation.max_megabytes * MEGABYTE;
    const [first] = this.#waiting;
    if (sizeMax !== undefined && first !== undefined && this.#isFull(first.frame, sizeMax)) {
      await this.#rotate(rotation);
    }
    const room = sizeMax === undefined ? WRITE_BYTES_MAX : sizeMax - (this.#size ?? 0);
    let count = 0;
    let bytes = 0;
    for (const { frame } of this.#waiting) {
      bytes += frame.length;
      if (count > 0 && bytes > Math.min(room, WRITE_BYTES_MAX)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  /** A frame longer than a whole file gets one of its own. */
  #isFull(frame: Uint8Array, sizeMax: number): boolean {
    return this.#size !== undefined && this.#size > 0 && this.#size + frame.length > sizeMax;
  }

  /** A failure leaves the file in use, which then grows beyond its size: better than losing data. */
  async #rotate(rotation: RotationConfig | undefined): Promise<void> {
    if (rotation === undefined) return;
    const { path, events } = this.#options;
    try {
      await moveToBackup(path, rotation);
      const { handle, size } = await openAtEnd(path, false);
      const old = this.#handle;
      this.#handle = handle;
      this.#size = size;
      await old.close();
      events.rotated(path, await pruneBackups(path, rotation));
    } catch (error) {
      events.rotationFailed(path, errorText(error));
    }
  }

  async #append(bytes: Uint8Array): Promise<void> {
    if (this.#torn) await this.#cut();
    try {
      for (let at = 0; at < bytes.length; ) {
        const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at);
        at += bytesWritten;
      }
    } catch (error) {
      this.#torn = this.#size !== undefined;
      if (this.#torn) await this.#cut().catch(() => this.#options.events.torn(this.#options.path));
      throw error;
    }
    if (this.#size !== undefined) this.#size += bytes.length;
    this.#options.events.written(bytes.length);
  }

  async #cut(): Promise<void> {
    await this.#handle.truncate(this.#size);
    this.#torn = false;
  }

  #failure(error: unknown): SondeError {
    const { path, events } = this.#options;
    const text = errorText(error).replace(/^write:/, `write ${path}:`);
    events.writeFailed(path, text);
    return new SondeError('UNAVAILABLE', text, { cause: error });
  }
}

async function openAtEnd(
  path: string,
  truncate: boolean,
): Promise<{ readonly handle: FileHandle; readonly size: number | undefined }> {
  const handle = await open(path, 'a', FILE_PERMISSIONS);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) return { handle, size: undefined };
    if (truncate) await handle.truncate(0);
    return { handle, size: truncate ? 0 : stats.size };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function untilAborted(work: Promise<void>, deadline: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve();
    if (deadline.aborted) stop();
    deadline.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => deadline.removeEventListener('abort', stop));
  });
}
