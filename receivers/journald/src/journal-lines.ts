import { LINE_BYTES_MAX } from './limits.ts';

const LINE_FEED = 0x0a;

/** Divides what comes into lines; a line that is too long is left out and counted. */
export class JournalLines {
  #parts: Buffer[] = [];
  #length = 0;
  #skipping = false;
  readonly #onLong: () => void;

  constructor(onLong: () => void) {
    this.#onLong = onLong;
  }

  /** The lines that end in `chunk`. */
  add(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, at));
      if (!this.#skipping && this.#length > 0)
        lines.push(Buffer.concat(this.#parts).toString('utf8'));
      this.#parts = [];
      this.#length = 0;
      this.#skipping = false;
      from = at + 1;
    }
    this.#keep(chunk.subarray(from));
    return lines;
  }

  #keep(part: Buffer): void {
    if (this.#skipping || part.length === 0) return;
    this.#parts.push(part);
    this.#length += part.length;
    if (this.#length <= LINE_BYTES_MAX) return;
    this.#skipping = true;
    this.#parts = [];
    this.#onLong();
  }
}
