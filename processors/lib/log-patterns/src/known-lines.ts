import { randomInt } from 'node:crypto';
import { LineOutline } from './line-outline.ts';
import type { Variables } from './variables.ts';

/** Lines that are known, of all sources; a line takes the place of another. */
const LINES_MAX = 1 << 15;
/**
 * Lanes; leaf; number of values, with the outline's length; then the values: 64 bytes, a line of the
 * processor's cache.
 */
const CELL = 16;
const VALUES_AT = 4;
const VALUES_MAX = CELL - VALUES_AT;
const LENGTH_SHIFT = 8;
/** Of lines that are known one in so many is read all the same (`PatternMiner`). */
export const PROOF_LINES = 256;
const SEEDS = 0x7fffffff;
const COUNT_BITS = 255;

/**
 * Most lines are as one before but for their numbers. Of those that came twice it is remembered
 * which leaf they have and where their values are: no need to look at their words again.
 *
 * Two lines of one outline (`LineOutline`) have the same tokens, whatever their numbers are; the
 * owner forgets what it knows of a source whose leaves changed by asking for another epoch.
 *
 * Outlines are compared by 64 bits and their length. A line meets those of another by chance less
 * than once in 2^45 lines (of the bits of each half two may be lost), and cannot be made to: epochs
 * begin at a number that only this process knows. Whoever owns this proves one known line in
 * `PROOF_LINES` by its tokens, so that even then few are wrong.
 */
export class KnownLines {
  readonly #outline: LineOutline = new LineOutline();
  readonly #cells: Int32Array = new Int32Array(LINES_MAX * CELL);
  #epochs: number = randomInt(SEEDS);
  #at = 0;
  #canKeep = false;

  /** A number that no source had before. */
  nextEpoch(): number {
    this.#epochs = this.#epochs === SEEDS ? 1 : this.#epochs + 1;
    return this.#epochs;
  }

  /** The slot of the leaf of such a message, or -1. */
  find(epoch: number, bytes: Uint8Array, from: number, to: number): number {
    const outline = this.#outline;
    this.#canKeep = outline.read(bytes, { from, to, seed: epoch });
    if (!this.#canKeep) return -1;
    const cells = this.#cells;
    const { a, b } = outline;
    const at = ((a ^ (b >>> 11)) & (LINES_MAX - 1)) * CELL;
    this.#at = at;
    if (cells[at] !== a || cells[at + 1] !== b) return -1;
    return cells[at + 3] >>> LENGTH_SHIFT === outline.length ? cells[at + 2] - 1 : -1;
  }

  /** Of the line that was found last. */
  readValues(values: Variables): void {
    const cells = this.#cells;
    const { shifts, from } = this.#outline;
    const count = cells[this.#at + 3] & COUNT_BITS;
    const first = this.#at + VALUES_AT;
    for (let i = 0; i < count; i++) {
      const place = cells[first + i];
      values.start[i] = from + ((place >>> 8) & 255) + shifts[place & 255];
      values.end[i] = from + (place >>> 24) + shifts[(place >>> 16) & 255];
    }
    values.count = count;
  }

  /** Remembers the line that was not found last. */
  keep(slot: number, { count, start, end }: Variables): void {
    if (!this.#canKeep || count > VALUES_MAX) return;
    const outline = this.#outline;
    const cells = this.#cells;
    const at = this.#at;
    // Nothing is found here until all is written.
    cells[at + 2] = 0;
    for (let i = 0; i < count; i++) {
      const from = outline.placeOf(start[i]);
      const to = outline.placeOf(end[i]);
      if (from < 0 || to < 0) return;
      cells[at + VALUES_AT + i] = (to << 16) | from;
    }
    cells[at] = outline.a;
    cells[at + 1] = outline.b;
    cells[at + 2] = slot + 1;
    cells[at + 3] = (outline.length << LENGTH_SHIFT) | count;
  }
}
