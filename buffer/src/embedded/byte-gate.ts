import { BufferError } from '../contract.ts';

/** Appends that wait for memory; one more is refused with `BUFFER_FULL`. */
export const WAITING_APPENDS_MAX = 10_000;

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Bounds the bytes between `append` and its answer. Who does not fit waits in line; `enter` runs
 * in order of arrival, inside the call that made room, so nobody overtakes.
 */
export class ByteGate {
  readonly #bytesMax: number;
  readonly #waiting: Waiting[] = [];
  #next = 0;
  #bytes = 0;
  #inside = 0;
  #onEmpty: (() => void)[] = [];

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Runs `enter` now or when there is room; more than the limit enters alone. */
  pass(bytes: number, enter: () => void): void {
    if (this.#waitingCount() === 0 && this.#fits(bytes)) {
      this.#admit({ bytes, enter });
      return;
    }
    if (this.#waitingCount() >= WAITING_APPENDS_MAX) {
      throw new BufferError('BUFFER_FULL', `${WAITING_APPENDS_MAX} appends wait already`);
    }
    this.#waiting.push({ bytes, enter });
  }

  leave(bytes: number): void {
    this.#bytes -= bytes;
    this.#inside -= 1;
    for (;;) {
      const next = this.#waiting[this.#next];
      if (next === undefined || !this.#fits(next.bytes)) break;
      this.#next += 1;
      this.#admit(next);
    }
    this.#compact();
    if (this.#inside === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
  }

  /** Resolves when nobody is inside or waits. */
  empty(): Promise<void> {
    if (this.#inside === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  #admit(next: Waiting): void {
    this.#bytes += next.bytes;
    this.#inside += 1;
    next.enter();
  }

  #fits(bytes: number): boolean {
    return this.#inside === 0 || this.#bytes + bytes <= this.#bytesMax;
  }

  #waitingCount(): number {
    return this.#waiting.length - this.#next;
  }

  /** Drops admitted entries from the front once they are half of the line. */
  #compact(): void {
    if (this.#next * 2 <= this.#waiting.length) return;
    this.#waiting.splice(0, this.#next);
    this.#next = 0;
  }
}
