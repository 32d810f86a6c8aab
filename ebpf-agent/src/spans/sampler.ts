import { randomFillSync } from 'node:crypto';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
/** Where a trace id is random in every standard: its last seven bytes (W3C trace context, level 2). */
const RANDOM_AT = 9;
/** As many of them as a number holds exactly: thresholds have no more digits. */
const RANDOM_BYTES = 6;
const RANDOM_MAX = 2 ** (8 * RANDOM_BYTES);

const POOL_BYTES = 4096;

/** Random ids, drawn in bulk. */
export class IdPool {
  readonly #pool: Buffer = Buffer.alloc(POOL_BYTES);
  #used = POOL_BYTES;

  traceId(): Uint8Array {
    return this.#take(TRACE_ID_BYTES);
  }

  spanId(): Uint8Array {
    return this.#take(SPAN_ID_BYTES);
  }

  #take(bytes: number): Uint8Array {
    if (this.#used + bytes > POOL_BYTES) this.#fill();
    const id = Uint8Array.prototype.slice.call(this.#pool, this.#used, this.#used + bytes);
    this.#used += bytes;
    return id;
  }

  /** Fills memory that is used for one id after the other. */
  write(into: Uint8Array): void {
    if (this.#used + into.length > POOL_BYTES) this.#fill();
    for (let i = 0; i < into.length; i++) into[i] = this.#pool[this.#used + i] ?? 0;
    this.#used += into.length;
  }

  #fill(): void {
    randomFillSync(this.#pool);
    this.#used = 0;
  }
}

/** Consistent probability sampling: keeps a trace whose randomness is not below the threshold. */
export class RatioSampler {
  readonly #threshold: number;
  /** Of what was kept by the ratio: `ot=th:c`; absent where all is kept. */
  readonly traceState: string | undefined;

  /** From 0 (nothing) to 1 (everything). */
  constructor(ratio: number) {
    this.#threshold = Math.min(RANDOM_MAX, Math.round((1 - ratio) * RANDOM_MAX));
    const hex = this.#threshold
      .toString(16)
      .padStart(2 * RANDOM_BYTES, '0')
      .replace(/0+$/, '');
    this.traceState = this.#threshold === 0 || ratio === 0 ? undefined : `ot=th:${hex}`;
  }

  keeps(traceId: Uint8Array): boolean {
    if (this.#threshold === 0) return true;
    let random = 0;
    for (let i = RANDOM_AT; i < RANDOM_AT + RANDOM_BYTES; i++) {
      random = random * 256 + (traceId[i] ?? 0);
    }
    return random >= this.#threshold;
  }
}
