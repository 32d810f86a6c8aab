/** Memory that arrays are cut from. */
export interface Piece {
  readonly buffer: ArrayBuffer;
  /** So many bytes from its start are somebody's; the others are zeros. */
  used: number;
}

/** What is kept at the most. Bytes; about what the batches take that are inserted at once. */
const FREE_BYTES_MAX: number = 32 * 1024 * 1024;
/** Few enough that a batch finds a piece of another that was much like it. */
const SIZES_A_DOUBLING = 4;
const SIZE_MIN: number = 32 * 1024;
/** Where there is none of the right size, one of so many sizes more is taken: up to twice as large. */
const SIZES_LARGER_MAX: number = SIZES_A_DOUBLING;

/**
 * Pieces that nobody has any more. V8 collects garbage by what is allocated outside of its heap too,
 * and a piece that is used again was not allocated.
 */
export class FreePieces {
  readonly #bySize = new Map<number, Piece[]>();
  #bytes = 0;

  /** A piece of `bytes` zeros or more. */
  take(bytes: number): Piece {
    const size = sizeOf(bytes);
    for (let larger = size, i = 0; i <= SIZES_LARGER_MAX; larger = sizeOf(larger + 1), i++) {
      const piece = this.#bySize.get(larger)?.pop();
      if (piece === undefined) continue;
      this.#bytes -= larger;
      return piece;
    }
    return { buffer: new ArrayBuffer(size), used: 0 };
  }

  /** Nobody may have an array in it. When there is no room, others than are asked for now lie here. */
  give(piece: Piece): void {
    const size = piece.buffer.byteLength;
    if (size > FREE_BYTES_MAX) return;
    if (this.#bytes + size > FREE_BYTES_MAX) {
      this.#bySize.clear();
      this.#bytes = 0;
    }
    new Uint8Array(piece.buffer, 0, piece.used).fill(0);
    piece.used = 0;
    const same = this.#bySize.get(size);
    if (same === undefined) this.#bySize.set(size, [piece]);
    else same.push(piece);
    this.#bytes += size;
  }
}

/** The size of pieces of `bytes`. */
function sizeOf(bytes: number): number {
  if (bytes <= SIZE_MIN) return SIZE_MIN;
  const step = 2 ** Math.floor(Math.log2(bytes - 1)) / SIZES_A_DOUBLING;
  return Math.ceil(bytes / step) * step;
}
