/**
 * Two 32-bit lanes over the bytes of a word: multiply-xor with different odd factors, finished with
 * MurmurHash3's avalanche, so that sums of positions (`position-hash.ts`) stay well spread.
 */
export const SEED_A: number = 0x811c9dc5 | 0;
export const SEED_B: number = 0x9747b28c | 0;
export const FACTOR_A = 0x01000193;
export const FACTOR_B = 0x5bd1e995;

/** Lane A alone, unfinished, of ASCII letters in either case: for looking up small sets of words. */
export function foldedHash(bytes: Uint8Array, from: number, to: number): number {
  let hash = SEED_A;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] & 0xdf), FACTOR_A);
  return hash;
}

/** Lane A alone, unfinished, as the tokeniser has it. */
export function plainHash(bytes: Uint8Array, from: number, to: number): number {
  let hash = SEED_A;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ bytes[i], FACTOR_A);
  return hash;
}

export function avalanche(hash: number): number {
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
