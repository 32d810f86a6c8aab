import { newFloat64, newInt32, newUint8, newUint32 } from './slab.ts';

export { NO_FLOAT64, NO_INT32, NO_UINT8, NO_UINT32, NO_VIEW } from './slab.ts';

/** Copies of typed columns with room for `length` elements; new elements are 0. */
export function growUint8(source: Uint8Array, length: number): Uint8Array {
  const grown = newUint8(length);
  if (source.length > 0) grown.set(source);
  return grown;
}

export function growUint32(source: Uint32Array, length: number): Uint32Array {
  const grown = newUint32(length);
  if (source.length > 0) grown.set(source);
  return grown;
}

export function growInt32(source: Int32Array, length: number): Int32Array {
  const grown = newInt32(length);
  if (source.length > 0) grown.set(source);
  return grown;
}

export function growFloat64(source: Float64Array, length: number): Float64Array {
  const grown = newFloat64(length);
  if (source.length > 0) grown.set(source);
  return grown;
}
