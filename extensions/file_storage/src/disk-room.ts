import { DELETION_BYTES, FREE_BYTES_AGE_MS_MAX, RESERVE_BYTES_MIN } from './limits.ts';
import type { StoreFile } from './store-file.ts';

/** Watches how much room the disk has beside what deletions need. */
export class DiskRoom {
  readonly #store: StoreFile;
  #freeBytes = 0;
  #readAtMs = Number.NEGATIVE_INFINITY;
  /** New keys were refused since there was room last. */
  isTight = false;

  constructor(store: StoreFile) {
    this.#store = store;
  }

  /** Whether `bytes` with `keys` new keys leave room for deleting all that is kept then. */
  async fits(bytes: number, keys: number): Promise<boolean> {
    const reserve = RESERVE_BYTES_MIN + DELETION_BYTES * (this.#store.keyCount + keys);
    const isOld = performance.now() - this.#readAtMs > FREE_BYTES_AGE_MS_MAX;
    if (isOld || this.#freeBytes < bytes + reserve) await this.#read();
    this.isTight = this.#freeBytes < bytes + reserve;
    return !this.isTight;
  }

  /** `bytes` went to the file. */
  taken(bytes: number): void {
    this.#freeBytes -= bytes;
  }

  /** Whether rewriting the file would give room, and there is room for that. */
  async wantsCompaction(): Promise<boolean> {
    const { byteCount, aliveBytes } = this.#store;
    if (!this.isTight || byteCount - aliveBytes < Math.max(aliveBytes, RESERVE_BYTES_MIN / 4)) {
      return false;
    }
    await this.#read();
    return this.#freeBytes > aliveBytes;
  }

  async #read(): Promise<void> {
    this.#freeBytes = await this.#store.freeBytes();
    this.#readAtMs = performance.now();
  }
}
