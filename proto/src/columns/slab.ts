/**
 * Memory that the arrays of one batch share. A batch has some hundred arrays, most of them small, and
 * an allocation costs more than filling one; so, while a slab is open, arrays are cut from it.
 *
 * A slab belongs to the batch that is decoded while it is open and to no other: keeping, dropping or
 * handing over the batch never touches the memory of another one. Who knows that nobody has the batch
 * any more gives its memory back (`releaseSlab`), and the next one is cut from it.
 */

import { FreePieces, type Piece } from './free-pieces.ts';

/** What is taken at a time when the first piece is used up; larger arrays have a piece of their own. */
const PIECE_BYTES: number = 32 * 1024;
const ARRAY_BYTES_MAX: number = PIECE_BYTES >>> 2;

/** Every typed array may start here. */
const ALIGNMENT = 8;

const NO_BUFFER = new ArrayBuffer(0);

/** Columns before their first row: nothing can be written into them, so all batches share them. */
export const NO_UINT8: Uint8Array = new Uint8Array(NO_BUFFER);
export const NO_UINT32: Uint32Array = new Uint32Array(NO_BUFFER);
export const NO_INT32: Int32Array = new Int32Array(NO_BUFFER);
export const NO_FLOAT64: Float64Array = new Float64Array(NO_BUFFER);
export const NO_VIEW: DataView = new DataView(NO_BUFFER);

/** A slab that is closed and may be opened again. */
export interface ClosedSlab {
  /** All memory that was cut from, the piece with room left first. */
  readonly pieces: Piece[];
  /** What is taken when there is no room left. Bytes. */
  next: number;
}

const free = new FreePieces();

/** The slab that is open, and the memory that was cut from last. */
let open: ClosedSlab | undefined;
let cut: ArrayBuffer = NO_BUFFER;

export function newSlab(bytes: number): ClosedSlab {
  return { pieces: [], next: bytes };
}

/** Runs `make` with that slab open. One at a time; what is made inside keeps its memory. */
export function withSlab<T>(slab: ClosedSlab, make: () => T): T {
  open = slab;
  try {
    return make();
  } finally {
    open = undefined;
    cut = NO_BUFFER;
  }
}

/** Nobody has an array of this slab any more: the next ones are cut from its memory. */
export function releaseSlab({ pieces }: ClosedSlab): void {
  for (const piece of pieces.splice(0)) free.give(piece);
}

export function newUint8(length: number): Uint8Array {
  if (length === 0) return NO_UINT8;
  const at = take(length);
  return at < 0 ? new Uint8Array(length) : new Uint8Array(cut, at, length);
}

export function newUint32(length: number): Uint32Array {
  if (length === 0) return NO_UINT32;
  const at = take(length * 4);
  return at < 0 ? new Uint32Array(length) : new Uint32Array(cut, at, length);
}

export function newInt32(length: number): Int32Array {
  if (length === 0) return NO_INT32;
  const at = take(length * 4);
  return at < 0 ? new Int32Array(length) : new Int32Array(cut, at, length);
}

export function newFloat64(length: number): Float64Array {
  if (length === 0) return NO_FLOAT64;
  const at = take(length * 8);
  return at < 0 ? new Float64Array(length) : new Float64Array(cut, at, length);
}

/** A view over an array's own bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes.length === 0) return NO_VIEW;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where in `cut` zeros lie that are the caller's now; -1 for memory of its own. */
function take(bytes: number): number {
  if (open === undefined) return -1;
  const { pieces } = open;
  const [current] = pieces;
  if (current !== undefined && bytes <= current.buffer.byteLength - current.used) {
    return cutFrom(current, bytes);
  }
  if (bytes > Math.max(open.next >>> 2, ARRAY_BYTES_MAX)) {
    const own = free.take(bytes);
    pieces.push(own);
    return cutFrom(own, bytes);
  }
  const piece = free.take(Math.max(open.next, PIECE_BYTES));
  pieces.unshift(piece);
  open.next = PIECE_BYTES;
  return cutFrom(piece, bytes);
}

function cutFrom(piece: Piece, bytes: number): number {
  const at = piece.used;
  piece.used = Math.min((at + bytes + ALIGNMENT - 1) & -ALIGNMENT, piece.buffer.byteLength);
  cut = piece.buffer;
  return at;
}
