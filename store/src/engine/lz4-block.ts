import { CODES, engineError } from './engine-error.ts';

/** Matches reach at most this far back, across blocks where they are linked. */
const WINDOW_BYTES = 65_536;
const MATCH_LENGTH_MIN = 4;

export function malformedLz4(why: string): never {
  throw engineError(CODES.cannotDecompress, `Cannot decompress the body: lz4: ${why}`);
}

/** Output of one frame: the window matches reach into, then the block that is being written. */
export class Lz4BlockDecoder {
  readonly #out: Buffer;
  #windowBytes = 0;
  #at = 0;

  constructor(blockBytesMax: number) {
    this.#out = Buffer.allocUnsafe(WINDOW_BYTES + blockBytesMax);
  }

  /** Decodes one block. Returns a copy. Source: lz4_Block_format.md. */
  decode(block: Buffer, compressed: boolean, linked: boolean): Buffer {
    if (!linked) this.#windowBytes = 0;
    this.#at = this.#windowBytes;
    if (compressed) this.#decodeSequences(block);
    else this.#copyLiterals(block, 0, block.length);
    const decoded = Buffer.from(this.#out.subarray(this.#windowBytes, this.#at));
    this.#keepWindow();
    return decoded;
  }

  #decodeSequences(block: Buffer): void {
    let at = 0;
    while (at < block.length) {
      const token = block[at++] ?? 0;
      let literals = token >> 4;
      if (literals === 15) {
        for (let more = 255; more === 255; literals += more)
          more = block[at++] ?? malformedLz4('cut');
      }
      this.#copyLiterals(block, at, literals);
      at += literals;
      if (at >= block.length) return;
      const offset = (block[at] ?? 0) | ((block[at + 1] ?? malformedLz4('cut')) << 8);
      at += 2;
      let length = token & 15;
      if (length === 15) {
        for (let more = 255; more === 255; length += more)
          more = block[at++] ?? malformedLz4('cut');
      }
      this.#copyMatch(offset, length + MATCH_LENGTH_MIN);
    }
  }

  #copyLiterals(block: Buffer, at: number, length: number): void {
    if (at + length > block.length) malformedLz4('literals reach over the block');
    if (this.#at + length > this.#out.length)
      malformedLz4('a block is larger than its frame allows');
    block.copy(this.#out, this.#at, at, at + length);
    this.#at += length;
  }

  #copyMatch(offset: number, length: number): void {
    const from = this.#at - offset;
    if (offset === 0 || from < 0) malformedLz4('a match reaches before the window');
    if (this.#at + length > this.#out.length)
      malformedLz4('a block is larger than its frame allows');
    if (offset >= length) {
      this.#out.copy(this.#out, this.#at, from, from + length);
    } else {
      // Overlapping: each byte copied may be the source of a later one.
      const out = this.#out;
      for (let i = 0; i < length; i++) out[this.#at + i] = out[from + i] ?? 0;
    }
    this.#at += length;
  }

  #keepWindow(): void {
    const from = Math.max(0, this.#at - WINDOW_BYTES);
    this.#out.copy(this.#out, 0, from, this.#at);
    this.#windowBytes = this.#at - from;
  }
}
