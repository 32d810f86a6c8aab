import { randomFillSync } from 'node:crypto';

/** Secret of this process: nobody outside can choose strings that meet in one probe chain. */
const key = randomFillSync(new Int32Array(2));
const key0 = key[0];
const key1 = key[1];

/**
 * HalfSipHash-1-3 (Aumasson and Bernstein; Linux uses it for its hash tables) over
 * `bytes[start, start + length)`, keyed per process. Up to 3 bytes behind must be readable.
 */
export function keyedHash(view: DataView, start: number, length: number): number {
  let v0 = key0;
  let v1 = key1;
  let v2 = 0x6c796765 ^ key0;
  let v3 = 0x74656462 ^ key1;
  const wordsEnd = start + (length & ~3);
  const rest = length & 3;
  // The last block holds the length and what is left of the bytes; three empty rounds finish.
  let last = length << 24;
  if (rest > 0) last |= view.getInt32(wordsEnd, true) & (0xffffff >>> ((3 - rest) << 3));
  for (let p = start; p <= wordsEnd + 12; p += 4) {
    const word = p < wordsEnd ? view.getInt32(p, true) : p === wordsEnd ? last : 0;
    if (p === wordsEnd + 4) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return v1 ^ v3;
}
