import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Component,
  Logger,
  OwnTelemetry,
  StorageClient,
  StorageExtension,
  StorageOwner,
} from '@sonde/pipeline';
import type { FileStorageConfig } from './config.ts';
import { directoryProblem } from './directory-problem.ts';
import { FileLock } from './file-lock.ts';
import { DamagedFileError } from './scan-file.ts';
import { SerialStore } from './serial-store.ts';
import { StorageEvents } from './storage-events.ts';
import { StoreFile } from './store-file.ts';

export interface FileStorageOptions {
  readonly id: string;
  readonly config: FileStorageConfig;
  readonly logger: Logger;
  readonly telemetry?: OwnTelemetry | undefined;
}

/** Files that are open at once: one a component and name. */
const CLIENTS_MAX = 1000;

/** Gives every component that asks a file of its own. */
export class FileStorage implements Component, StorageExtension {
  readonly #options: FileStorageOptions;
  readonly #clients = new Set<StorageClient>();
  #starting: Promise<void> | undefined;

  constructor(options: FileStorageOptions) {
    this.#options = options;
  }

  /** Rejects when the directory is missing and is not to be created. */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /** Closes what its owners left open. */
  async shutdown(): Promise<void> {
    await Promise.allSettled([this.#starting]);
    await Promise.all([...this.#clients].map((client) => client.close()));
  }

  async storageClient(owner: StorageOwner): Promise<StorageClient> {
    if (this.#clients.size >= CLIENTS_MAX) throw new Error(`more than ${CLIENTS_MAX} open files`);
    const { config } = this.#options;
    const path = join(config.directory, fileName(owner));
    const lock = await FileLock.acquire(path, config.timeoutMs);
    try {
      const events = this.#events(path);
      const store = await this.#open(path, events);
      const client = new SerialStore({
        store,
        events,
        onClosed: async () => {
          this.#clients.delete(client);
          await lock.release();
        },
      });
      this.#clients.add(client);
      return client;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #start(): Promise<void> {
    const { directory, createDirectory, directoryMode } = this.#options.config;
    if (createDirectory) await mkdir(directory, { recursive: true, mode: directoryMode });
    const problem = directoryProblem(this.#options.config);
    if (problem !== undefined) throw new Error(problem);
  }

  #events(file: string): StorageEvents {
    const { id, logger, telemetry } = this.#options;
    return new StorageEvents({ extension: id, file, logger, telemetry });
  }

  async #open(path: string, events: StorageEvents): Promise<StoreFile> {
    const { fsync, recreate, compactOnStart } = this.#options.config;
    let opened: Awaited<ReturnType<typeof StoreFile.open>>;
    try {
      opened = await StoreFile.open(path, { fsync });
    } catch (error) {
      if (!recreate || !(error instanceof DamagedFileError)) throw error;
      const backup = `${path}.backup`;
      await rename(path, backup);
      events.recreated(error.message, backup);
      opened = await StoreFile.open(path, { fsync });
    }
    const { store, tornBytes } = opened;
    if (tornBytes > 0) events.tornTailCut(tornBytes);
    if (compactOnStart) await store.compact();
    return store;
  }
}

/** `receiver_filelog_`, `exporter_otlp_backend_traces`; what a file's name cannot hold is `~XXXX`. */
function fileName({ kind, id, name }: StorageOwner): string {
  const slash = id.indexOf('/');
  const [type, own] = slash < 0 ? [id, ''] : [id.slice(0, slash), id.slice(slash + 1)];
  const parts = [kind, type, own, ...(name === undefined ? [] : [name])];
  return parts.join('_').replace(/[^A-Za-z0-9_.-]/gu, escapedChar);
}

function escapedChar(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  return `~${code.padStart(4, '0')}`;
}
