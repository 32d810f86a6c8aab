import { UNPACK_CHUNK_BYTES } from './limits.ts';
import { joinInTurns } from './turns.ts';

/** Shorter ones are copied together: a body may have millions of them. */
const OWN_PIECE_BYTES_MIN = 4096;

/** Gathers what is unpacked piece by piece. */
export class Pieces {
  readonly #whole: Uint8Array[] = [];
  #length = 0;
  /** Short ones that follow each other. */
  #tail: Buffer = Buffer.alloc(0);
  #tailLength = 0;

  /** Keeps it as it is where it is long. */
  add(piece: Uint8Array): void {
    this.#length += piece.length;
    if (piece.length >= OWN_PIECE_BYTES_MIN) {
      this.#flush();
      this.#whole.push(piece);
      return;
    }
    if (this.#tailLength + piece.length > this.#tail.length) {
      this.#flush();
      this.#tail = Buffer.allocUnsafeSlow(UNPACK_CHUNK_BYTES);
    }
    this.#tail.set(piece, this.#tailLength);
    this.#tailLength += piece.length;
  }

  /** All of them in a row, copied in turns. Once: it owns the bytes afterwards. */
  async join(): Promise<Buffer> {
    this.#flush();
    const [only] = this.#whole;
    if (only !== undefined && this.#whole.length === 1) {
      return Buffer.from(only.buffer, only.byteOffset, only.byteLength);
    }
    return await joinInTurns(this.#whole, this.#length);
  }

  #flush(): void {
    if (this.#tailLength === 0) return;
    this.#whole.push(this.#tail.subarray(0, this.#tailLength));
    this.#tail = this.#tail.subarray(this.#tailLength);
    this.#tailLength = 0;
  }
}
