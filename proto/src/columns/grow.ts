/** Copies of typed columns with room for `length` elements; new elements are 0. */
export function growUint8(source: Uint8Array, length: number): Uint8Array {
  const grown = new Uint8Array(length);
  grown.set(source);
  return grown;
}

export function growUint32(source: Uint32Array, length: number): Uint32Array {
  const grown = new Uint32Array(length);
  grown.set(source);
  return grown;
}

export function growInt32(source: Int32Array, length: number): Int32Array {
  const grown = new Int32Array(length);
  grown.set(source);
  return grown;
}

export function growFloat64(source: Float64Array, length: number): Float64Array {
  const grown = new Float64Array(length);
  grown.set(source);
  return grown;
}
