/** Ids of a fixed width, raw; copied when one is first written. */
export class IdColumn {
  values: Uint8Array;
  readonly #source: Uint8Array;
  readonly #bytes: number;
  readonly #width: number;

  /** `count` in rows, `width` in bytes. */
  constructor(source: Uint8Array, count: number, width: number) {
    this.#source = source;
    this.values = source;
    this.#bytes = count * width;
    this.#width = width;
  }

  get changed(): boolean {
    return this.values !== this.#source;
  }

  /** A copy. */
  get(row: number): Uint8Array {
    return this.values.slice(row * this.#width, (row + 1) * this.#width);
  }

  set(row: number, id: Uint8Array): void {
    if (!this.changed) this.values = this.#source.slice(0, this.#bytes);
    this.values.set(id, row * this.#width);
  }
}
