/**
 * MurmurHash3 with seed 0, its words written in little-endian hex.
 * Source: the description of MurmurHash3 by its author (public domain), x86 32 and x64 128 variants.
 */

function rotate32(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** 32 bits: eight hex digits. */
export function murmur3x32(bytes: Buffer): string {
  const scramble = (word: number): number =>
    Math.imul(rotate32(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  let hash = 0;
  const blocksEnd = bytes.length - (bytes.length % 4);
  for (let at = 0; at < blocksEnd; at += 4) {
    hash = (Math.imul(rotate32(hash ^ scramble(bytes.readInt32LE(at)), 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = bytes.length - 1; at >= blocksEnd; at--) tail = (tail << 8) | (bytes[at] ?? 0);
  if (blocksEnd < bytes.length) hash ^= scramble(tail);
  hash ^= bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  const out = Buffer.alloc(4);
  out.writeInt32LE(hash ^ (hash >>> 16));
  return out.toString('hex');
}

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

function u64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate64(value: bigint, bits: bigint): bigint {
  return u64((value << bits) | (value >> (64n - bits)));
}

function mixFirst(word: bigint): bigint {
  return u64(rotate64(u64(word * C1), 31n) * C2);
}

function mixSecond(word: bigint): bigint {
  return u64(rotate64(u64(word * C2), 33n) * C1);
}

function finish(value: bigint): bigint {
  let mixed = u64((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn);
  mixed = u64((mixed ^ (mixed >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return mixed ^ (mixed >> 33n);
}

/** 128 bits: 32 hex digits. */
export function murmur3x64(bytes: Buffer): string {
  let first = 0n;
  let second = 0n;
  const blocksEnd = bytes.length - (bytes.length % 16);
  for (let at = 0; at < blocksEnd; at += 16) {
    first = rotate64(first ^ mixFirst(bytes.readBigUInt64LE(at)), 27n);
    first = u64(u64(first + second) * 5n + 0x52dce729n);
    second = rotate64(second ^ mixSecond(bytes.readBigUInt64LE(at + 8)), 31n);
    second = u64(u64(second + first) * 5n + 0x38495ab5n);
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, blocksEnd);
  second ^= mixSecond(tail.readBigUInt64LE(8));
  first ^= mixFirst(tail.readBigUInt64LE(0));
  const length = BigInt(bytes.length);
  first = u64((first ^ length) + (second ^ length));
  second = u64((second ^ length) + first);
  first = finish(first);
  second = finish(second);
  first = u64(first + second);
  const out = Buffer.alloc(16);
  out.writeBigUInt64LE(first, 0);
  out.writeBigUInt64LE(u64(second + first), 8);
  return out.toString('hex');
}
