/**
 * Of what the last batch needed: a batch that needs a little more does not have to grow, and what edits
 * write stands behind what was decoded.
 */
const MARGIN = 1.5;

/** Bounds of a first guess, a row: a batch of unusual rows does not make the next one huge. Bytes. */
const ROW_BYTES_MIN = 16;
const ROW_BYTES_MAX = 2048;

/**
 * How many bytes of text the rows of a signal have: the next batch begins with room for as many a row
 * as the last one had. Only a guess of size; a batch decodes to the same columns whatever it is.
 */
export class ValueRoom {
  #rowBytes: number;

  constructor(rowBytes: number) {
    this.#rowBytes = rowBytes;
  }

  bytesFor(rows: number): number {
    return Math.ceil(rows * this.#rowBytes);
  }

  learn(bytes: number, rows: number): void {
    if (rows === 0) return;
    const wanted = (bytes / rows) * MARGIN;
    this.#rowBytes = Math.min(Math.max(wanted, ROW_BYTES_MIN), ROW_BYTES_MAX);
  }
}
