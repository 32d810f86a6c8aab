import { join } from 'node:path';
import { CONTAINERS_ASKED_AT_ONCE_MAX, CONTAINERS_MAX } from '../../limits.ts';
import { readContainerFiles } from './container-files.ts';
import type { ContainerInfo } from './container-info.ts';
import { askDocker, SOCKETS } from './docker-api.ts';

export interface ContainerTableOptions {
  /** Where the host's root is mounted. */
  readonly rootPath: string;
  /** Something was learned of a container that was asked for before. */
  readonly onLearned: (id: string) => void;
}

/**
 * What runtimes say of containers, remembered: from their files at once, else from a daemon's socket
 * when it has answered.
 */
export class ContainerTable {
  readonly #options: ContainerTableOptions;
  /** Undefined: nobody knows it. */
  readonly #byId = new Map<string, ContainerInfo | undefined>();
  #asked = 0;

  constructor(options: ContainerTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** What is known by now; undefined until somebody tells. */
  of(id: string): ContainerInfo | undefined {
    if (this.#byId.has(id)) return this.#byId.get(id);
    const found = readContainerFiles(id, this.#options.rootPath);
    this.#remember(id, found);
    if (found === undefined) void this.#ask(id);
    return found;
  }

  #remember(id: string, info: ContainerInfo | undefined): void {
    if (!this.#byId.has(id) && this.#byId.size >= CONTAINERS_MAX) {
      const oldest = this.#byId.keys().next().value;
      if (oldest !== undefined) this.#byId.delete(oldest);
    }
    this.#byId.set(id, info);
  }

  /** Never rejects. Beyond the limit a container stays without a name. */
  async #ask(id: string): Promise<void> {
    if (this.#asked >= CONTAINERS_ASKED_AT_ONCE_MAX || !/^[0-9a-f]{64}$/.test(id)) return;
    this.#asked++;
    const { rootPath, onLearned } = this.#options;
    const answers = await Promise.all(
      SOCKETS.map(({ path, runtime }) => askDocker({ path: join(rootPath, path), runtime }, id)),
    );
    this.#asked--;
    const found = answers.find((answer) => answer !== undefined);
    if (found === undefined) return;
    this.#remember(id, found);
    onLearned(id);
  }
}
