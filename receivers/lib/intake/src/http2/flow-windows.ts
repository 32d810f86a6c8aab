import { DEFAULT_WINDOW_BYTES, WINDOW_BYTES_MAX } from './frames.ts';

/** What a peer may still send of a stream or of a connection (RFC 9113, 6.9). Bytes. */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  /** Read, and not yet told to the peer. */
  #read = 0;

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** False when the peer sent more than it may. */
  take(bytes: number): boolean {
    this.#left -= bytes;
    return this.#left >= 0;
  }

  /** Bytes were read. Returns what to tell the peer now: nothing until half of the window is used. */
  release(bytes: number): number {
    this.#read += bytes;
    if (this.#read * 2 < this.#size) return 0;
    const increment = this.#read;
    this.#left += increment;
    this.#read = 0;
    return increment;
  }
}

/** What we may still send; the peer can make it negative (RFC 9113, 6.9.2). Bytes. */
export class SendWindow {
  #left: number;

  constructor(size: number = DEFAULT_WINDOW_BYTES) {
    this.#left = size;
  }

  get left(): number {
    return this.#left;
  }

  take(bytes: number): void {
    this.#left -= bytes;
  }

  /** False when it would be larger than a window can be. */
  widen(bytes: number): boolean {
    this.#left += bytes;
    return this.#left <= WINDOW_BYTES_MAX;
  }
}
