import { readFileSync } from 'node:fs';
import type { StorageClient } from '@sonde/pipeline';

const KEY = 'lastRecord';

/** A start of the host, by the kernel's number for it; '' where it says none. */
function thisBoot(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // No proc: every start is a new one.
    return '';
  }
}

/** Up to where the log was taken, kept with the start of the host that its numbers are of. */
export class Position {
  readonly #storage: StorageClient | undefined;
  readonly #boot = thisBoot();
  #kept: number | undefined;

  constructor(storage: StorageClient | undefined) {
    this.#storage = storage;
  }

  /**
   * The number of the last record that was taken; -1 when the host was started since: all that there is
   * has come after it. Undefined when nothing was kept.
   */
  async read(): Promise<number | undefined> {
    const bytes = await this.#storage?.get(KEY);
    if (bytes === undefined) return undefined;
    const [boot, sequence] = Buffer.from(bytes).toString('utf8').split(' ');
    return boot === this.#boot && boot !== '' ? Number(sequence) : -1;
  }

  async keep(sequence: number): Promise<void> {
    if (sequence === this.#kept) return;
    await this.#storage?.set(KEY, Buffer.from(`${this.#boot} ${sequence}`));
    this.#kept = sequence;
  }

  async close(): Promise<void> {
    await this.#storage?.close();
  }
}
