/** 64-bit values in two words a row. */

export function readUnsigned(words: Int32Array, row: number): bigint {
  const low = BigInt((words[row * 2] ?? 0) >>> 0);
  return (BigInt((words[row * 2 + 1] ?? 0) >>> 0) << 32n) | low;
}

export function readSigned(words: Int32Array, row: number): bigint {
  return BigInt.asIntN(64, readUnsigned(words, row));
}

export function writeLong(words: Int32Array, row: number, value: bigint): void {
  words[row * 2] = Number(BigInt.asIntN(32, value));
  words[row * 2 + 1] = Number(BigInt.asIntN(32, value >> 32n));
}

/** Where the elements of a row lie in a list of which `ends` has the ends (two words a row). */
export function rangeOf(ends: Uint32Array, row: number): readonly [number, number] {
  const start = row === 0 ? 0 : (ends[row * 2 - 2] ?? 0);
  return [start, ends[row * 2] ?? 0];
}

/** Elements of 8 bytes, as a copy. */
export function counts(bytes: Uint8Array, [start, end]: readonly [number, number]): BigUint64Array {
  return new BigUint64Array(bytes.slice(start * 8, end * 8).buffer);
}

export function writeCounts(bytes: Uint8Array, start: number, values: BigUint64Array): void {
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), start * 8);
}
