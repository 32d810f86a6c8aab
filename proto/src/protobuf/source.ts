import { FreePieces, type Piece } from '../columns/free-pieces.ts';

/**
 * Bytes that must be readable behind every message: a tag of 5 bytes may begin at its last byte,
 * with a varint of 10 behind; copies and comparisons go by words. Nothing read there is kept.
 */
export const PADDING_BYTES = 16;

/** Scratch memory kept for padded copies; a larger request gets memory of its own. */
const SCRATCH_BYTES_MAX: number = 4 * 1024 * 1024;
const SCRATCH_BYTES_MIN: number = 64 * 1024;

/** Bytes to decode, with `PADDING_BYTES` readable behind `length`. */
export class Source {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly length: number;
  /** Node's own reader of text over `bytes`. */
  #buffer: Buffer | undefined;

  constructor(padded: Uint8Array, length: number) {
    this.bytes = padded;
    this.view = new DataView(padded.buffer, padded.byteOffset, padded.byteLength);
    this.length = length;
  }

  /** Bytes `[start, end)` as text; what is no UTF-8 becomes U+FFFD. */
  text(start: number, end: number): string {
    const { buffer, byteOffset, length } = this.bytes;
    this.#buffer ??= Buffer.from(buffer, byteOffset, length);
    return this.#buffer.toString('utf8', start, end);
  }
}

/** Opens sources one after the other: each is valid until the next one. */
export class SourceMemory {
  #scratch: Uint8Array = new Uint8Array(0);

  /**
   * A source over `bytes`: a view where the memory goes on behind them (a slice of a larger buffer),
   * else one copy. It is valid while `bytes` is not written to.
   */
  open(bytes: Uint8Array): Source {
    const { buffer, byteOffset, length } = bytes;
    const paddedLength = length + PADDING_BYTES;
    if (byteOffset + paddedLength <= buffer.byteLength) {
      return new Source(new Uint8Array(buffer, byteOffset, paddedLength), length);
    }
    const copy =
      paddedLength <= SCRATCH_BYTES_MAX
        ? this.#takeScratch(paddedLength)
        : new Uint8Array(paddedLength);
    copy.set(bytes);
    return new Source(copy, length);
  }

  #takeScratch(length: number): Uint8Array {
    if (this.#scratch.length < length) {
      const size = Math.max(length, this.#scratch.length * 2, SCRATCH_BYTES_MIN);
      this.#scratch = new Uint8Array(Math.min(SCRATCH_BYTES_MAX, size));
    }
    return this.#scratch;
  }
}

const memory = new SourceMemory();

/** As `SourceMemory.open`, for what is read at once: valid until anybody's next call. */
export function openSource(bytes: Uint8Array): Source {
  return memory.open(bytes);
}

/** Smaller bodies cost V8 less than a piece of memory that is kept would. */
const REUSED_BYTES_MIN: number = 16 * 1024;

const freeBodies = new FreePieces();
/** Pieces that are somebody's, by their memory. */
const lentBodies = new WeakMap<ArrayBufferLike, Piece>();

/** Memory for a body of `length` bytes that goes on behind it: opening it copies nothing. */
export function borrowBody(length: number): Buffer<ArrayBuffer> {
  const padded = length + PADDING_BYTES;
  if (padded < REUSED_BYTES_MIN) {
    const memory = Buffer.allocUnsafeSlow(padded);
    // What stood in this memory before is nobody's to read.
    memory.fill(0, length);
    return memory.subarray(0, length);
  }
  const piece = freeBodies.take(padded);
  piece.used = padded;
  lentBodies.set(piece.buffer, piece);
  return Buffer.from(piece.buffer, 0, length);
}

/**
 * Nobody has this body any more, whole or in part: its memory is that of later ones. Of a body that did
 * not come from `borrowBody`, or was given back, nothing happens.
 */
export function giveBackBody({ buffer }: Uint8Array): void {
  const piece = lentBodies.get(buffer);
  if (piece === undefined) return;
  lentBodies.delete(buffer);
  freeBodies.give(piece);
}

/** The chunks of a body in a row, as `borrowBody`. */
export function joinChunks(chunks: readonly Uint8Array[], length: number): Buffer<ArrayBuffer> {
  const joined = borrowBody(length);
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
