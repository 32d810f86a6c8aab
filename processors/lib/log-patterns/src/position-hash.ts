import { avalanche } from './word-hash.ts';

/**
 * A signature's hash is the sum of its tokens' hashes at their positions, in two 32-bit lanes:
 * exchanging one token is a subtraction and an addition.
 */
export function placeA(hash: number, position: number): number {
  hash = Math.imul(hash ^ SALT_A[position], 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

export function placeB(hash: number, position: number): number {
  hash = Math.imul(hash ^ SALT_B[position], 0x2c1b3c6d);
  return hash ^ (hash >>> 15);
}

const POSITIONS = 256;
const SALT_A: Int32Array = Int32Array.from({ length: POSITIONS }, (_, i) => avalanche(i + 1));
const SALT_B: Int32Array = Int32Array.from({ length: POSITIONS }, (_, i) => avalanche(~i << 9));

/** What the sum of a signature of so many tokens begins with. */
export function seedA(tokens: number): number {
  return avalanche(tokens + 0x3c6ef372);
}

export function seedB(tokens: number): number {
  return Math.imul(tokens + 1, VARIABLE_STEP) | 0;
}

const VARIABLE_STEP = 0x2545f491;

/** 52 bits of two lanes: a key for maps that are thrown away. */
export function mapKey(a: number, b: number): number {
  return (a >>> 0) * 0x100000 + (b >>> 12);
}

/** The 64-bit id of two lanes. */
export function idOf(a: number, b: number): bigint {
  return (BigInt(a >>> 0) << 32n) | BigInt(b >>> 0);
}
