import { statfs } from 'node:fs/promises';

/** How long an answer of the file system is believed, less what was written since. */
const BELIEVED_MS = 1000;

/** Free bytes of the disk under a folder, above the reserve. */
export class DiskSpace {
  readonly #directory: string;
  readonly #reserveBytes: number;
  #free = 0;
  #askedMs = Number.NEGATIVE_INFINITY;

  constructor(directory: string, reserveBytes: number) {
    this.#directory = directory;
    this.#reserveBytes = reserveBytes;
  }

  /** Whether `bytes` may be written; they count as written when it says yes. */
  async take(bytes: number): Promise<boolean> {
    const nowMs = performance.now();
    if (this.#free < bytes || nowMs - this.#askedMs > BELIEVED_MS) {
      const { bavail, bsize } = await statfs(this.#directory);
      this.#free = bavail * bsize - this.#reserveBytes;
      this.#askedMs = nowMs;
    }
    if (this.#free < bytes) return false;
    this.#free -= bytes;
    return true;
  }

  describe(): string {
    const mib = Math.max(0, Math.floor((this.#free + this.#reserveBytes) / 2 ** 20));
    const reserveMib = Math.floor(this.#reserveBytes / 2 ** 20);
    return `${mib} MiB are free under ${this.#directory}, ${reserveMib} MiB are kept in reserve`;
  }
}
