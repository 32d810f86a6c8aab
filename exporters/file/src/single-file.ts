import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { EncodedRequest, Signal } from '@sonde/proto';
import type { FileConfig } from './config.ts';
import type { FileEvents } from './file-events.ts';
import { FileWriter } from './file-writer.ts';
import { frameRequests } from './message-frame.ts';
import type { Output } from './output.ts';

/** Paths remembered as opened by this process; beyond them files are appended to, never emptied. */
const PATHS_MAX = 10_000;

/**
 * What this process wrote already is kept when a reload opens the file again, most of all one that
 * failed and goes back to the configuration before. The Collector empties it.
 */
const openedPaths = new Set<string>();

function isFirstOpening(path: string): boolean {
  return !openedPaths.has(resolve(path)) && openedPaths.size < PATHS_MAX;
}

/** Everything goes into one file. */
export class SingleFile implements Output {
  readonly #config: FileConfig;
  readonly #writer: FileWriter;

  private constructor(config: FileConfig, writer: FileWriter) {
    this.#config = config;
    this.#writer = writer;
  }

  /** Rejects with the system's error when the file cannot be opened. */
  static async open(config: FileConfig, events: FileEvents): Promise<SingleFile> {
    const { path, append, rotation, directory_permissions: mode } = config;
    if (config.create_directory) await mkdir(dirname(path), { recursive: true, mode });
    const truncate = isFirstOpening(path) && !append && rotation === undefined;
    const writer = await FileWriter.open({ path, truncate, rotation, events });
    if (openedPaths.size < PATHS_MAX) openedPaths.add(resolve(path));
    return new SingleFile(config, writer);
  }

  async put(signal: Signal, requests: readonly EncodedRequest[]): Promise<void> {
    const frames = await frameRequests(signal, requests, this.#config);
    await Promise.all(frames.map((frame) => this.#writer.write(frame)));
  }

  close(deadline: AbortSignal): Promise<void> {
    return this.#writer.close(deadline);
  }
}
