/**
 * Memory that the arrays of one batch share. A batch has some hundred arrays, most of them small, and
 * an allocation costs more than filling one; so, while a slab is open, arrays are cut from it.
 *
 * A slab belongs to the batch that is decoded while it is open and to no other: keeping, dropping or
 * handing over the batch never touches the memory of another one.
 */

/** What is taken at a time when the first piece is used up; larger arrays have memory of their own. */
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

const slab: { isOpen: boolean; buffer: ArrayBuffer; used: number; next: number } = {
  isOpen: false,
  buffer: NO_BUFFER,
  used: 0,
  next: 0,
};

/** A slab that is closed and may be opened again. */
export interface ClosedSlab {
  buffer: ArrayBuffer;
  used: number;
  /** What is taken when there is no room left. Bytes. */
  next: number;
}

export function newSlab(bytes: number): ClosedSlab {
  return { buffer: NO_BUFFER, used: 0, next: bytes };
}

/** Runs `make` with that slab open. One at a time; what is made inside keeps its memory. */
export function withSlab<T>(closed: ClosedSlab, make: () => T): T {
  slab.isOpen = true;
  slab.buffer = closed.buffer;
  slab.used = closed.used;
  slab.next = closed.next;
  try {
    return make();
  } finally {
    closed.buffer = slab.buffer;
    closed.used = slab.used;
    closed.next = slab.next;
    slab.isOpen = false;
    slab.buffer = NO_BUFFER;
    slab.used = 0;
  }
}

export function newUint8(length: number): Uint8Array {
  if (length === 0) return NO_UINT8;
  const at = take(length);
  return at < 0 ? new Uint8Array(length) : new Uint8Array(slab.buffer, at, length);
}

export function newUint32(length: number): Uint32Array {
  if (length === 0) return NO_UINT32;
  const at = take(length * 4);
  return at < 0 ? new Uint32Array(length) : new Uint32Array(slab.buffer, at, length);
}

export function newInt32(length: number): Int32Array {
  if (length === 0) return NO_INT32;
  const at = take(length * 4);
  return at < 0 ? new Int32Array(length) : new Int32Array(slab.buffer, at, length);
}

export function newFloat64(length: number): Float64Array {
  if (length === 0) return NO_FLOAT64;
  const at = take(length * 8);
  return at < 0 ? new Float64Array(length) : new Float64Array(slab.buffer, at, length);
}

/** A view over an array's own bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes.length === 0) return NO_VIEW;
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where in the slab `bytes` zeros lie that are the caller's now; -1 for memory of its own. */
function take(bytes: number): number {
  if (!slab.isOpen) return -1;
  if (bytes > slab.buffer.byteLength - slab.used) {
    if (bytes > Math.max(slab.next >>> 2, ARRAY_BYTES_MAX)) return -1;
    slab.buffer = new ArrayBuffer(Math.max(slab.next, PIECE_BYTES));
    slab.used = 0;
    slab.next = PIECE_BYTES;
  }
  const at = slab.used;
  slab.used = (at + bytes + ALIGNMENT - 1) & -ALIGNMENT;
  return at;
}
