/** Columns of numbers that are copied when they are first written to. */

export class ByteColumn {
  values: Uint8Array;
  readonly #source: Uint8Array;
  readonly #count: number;

  /** `count` in rows. */
  constructor(source: Uint8Array, count: number) {
    this.#source = source;
    this.values = source;
    this.#count = count;
  }

  set(row: number, value: number): void {
    if (this.values[row] === value) return;
    if (this.values === this.#source) this.values = this.#source.slice(0, this.#count);
    this.values[row] = value;
  }
}

/** 64-bit values in two words a row, as `bigint`. */
export class LongColumn {
  values: Int32Array;
  readonly #source: Int32Array;
  readonly #count: number;

  constructor(source: Int32Array, count: number) {
    this.#source = source;
    this.values = source;
    this.#count = count;
  }

  /** Unsigned, as times are. */
  get(row: number): bigint {
    const low = BigInt(this.values[row * 2] >>> 0);
    return (BigInt(this.values[row * 2 + 1] >>> 0) << 32n) | low;
  }

  set(row: number, value: bigint): void {
    const low = Number(BigInt.asIntN(32, value));
    const high = Number(BigInt.asIntN(32, value >> 32n));
    if (this.values[row * 2] === low && this.values[row * 2 + 1] === high) return;
    if (this.values === this.#source) this.values = this.#source.slice(0, this.#count * 2);
    this.values[row * 2] = low;
    this.values[row * 2 + 1] = high;
  }
}

export class WordColumn {
  values: Uint32Array;
  readonly #source: Uint32Array;
  readonly #count: number;

  constructor(source: Uint32Array, count: number) {
    this.#source = source;
    this.values = source;
    this.#count = count;
  }

  set(row: number, value: number): void {
    if (this.values[row] === value >>> 0) return;
    if (this.values === this.#source) this.values = this.#source.slice(0, this.#count);
    this.values[row] = value;
  }
}
