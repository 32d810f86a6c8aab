/** Doubles that are copied when one is first written. */
export class DoubleColumn {
  values: Float64Array;
  readonly #source: Float64Array;
  readonly #count: number;

  /** `count` in rows. */
  constructor(source: Float64Array, count: number) {
    this.#source = source;
    this.values = source;
    this.#count = count;
  }

  get(row: number): number {
    return this.values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (Object.is(this.values[row], value)) return;
    if (this.values === this.#source) this.values = this.#source.slice(0, this.#count);
    this.values[row] = value;
  }
}

/** Signed 32-bit integers that are copied when one is first written. */
export class IntegerColumn {
  values: Int32Array;
  readonly #source: Int32Array;
  readonly #count: number;

  constructor(source: Int32Array, count: number) {
    this.#source = source;
    this.values = source;
    this.#count = count;
  }

  get(row: number): number {
    return this.values[row] ?? 0;
  }

  set(row: number, value: number): void {
    if (this.values[row] === value) return;
    if (this.values === this.#source) this.values = this.#source.slice(0, this.#count);
    this.values[row] = value;
  }
}
