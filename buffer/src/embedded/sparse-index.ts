/** Bytes of a segment between two entries: what a seek reads at most before the record. */
export const INDEX_INTERVAL_BYTES: number = 256 * 1024;

export interface IndexEntry {
  readonly offset: number;
  readonly at: number;
}

const START_AT = 0;

/** Some offsets of a segment and where their frames start, growing; 256 entries for 64 MiB. */
export class SparseIndex {
  readonly #entries: IndexEntry[] = [];

  /** Kept when it is far enough behind the last entry. */
  add(offset: number, at: number): void {
    const last = this.#entries.at(-1);
    if (at - (last?.at ?? START_AT) >= INDEX_INTERVAL_BYTES) this.#entries.push({ offset, at });
  }

  /** The last entry at or before `offset`, or undefined: start at the segment's beginning. */
  before(offset: number): IndexEntry | undefined {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && entry.offset <= offset) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low - 1];
  }
}
