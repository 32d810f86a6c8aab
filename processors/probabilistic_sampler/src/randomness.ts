const BUCKET_BITS = 14;
export const BUCKETS: number = 1 << BUCKET_BITS;
const BUCKET_MASK: number = BUCKETS - 1;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const ID_MASK: bigint = (1n << 56n) - 1n;

/**
 * The randomness of bytes: FNV-1a over the seed and them, spread over 56 bits so that its highest 14
 * decide. Upstream's, bit for bit: tiers with the same seed choose the same items.
 */
export function hashedRandomness(bytes: Uint8Array, seed: number): bigint {
  let hash = FNV_OFFSET;
  for (let shift = 0; shift < 32; shift += 8) {
    hash = Math.imul(hash ^ ((seed >>> shift) & 255), FNV_PRIME);
  }
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  const bucket = hash & BUCKET_MASK;
  const unused = hash >>> (32 - BUCKET_BITS);
  const mixed = BigInt(unused) ^ (BigInt(unused) << 10n);
  return (BigInt(BUCKETS - 1 - bucket) << 42n) | (mixed << 14n) | BigInt(bucket);
}

/** The last 56 bits of the trace id in row `row`; undefined when it is all zeros. */
export function traceIdRandomness(view: DataView, row: number): bigint | undefined {
  const low = view.getBigUint64(row * 16 + 8);
  if (low === 0n && view.getBigUint64(row * 16) === 0n) return undefined;
  return low & ID_MASK;
}
