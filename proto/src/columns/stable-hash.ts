/**
 * `stableHash64`: MurmurHash3 x86 128 (Austin Appleby, public domain) with seed 0, its first two
 * 32-bit words. Resource fingerprints and metric series ids are made of it and lie in databases:
 * it never changes, on no platform, in no release. Not keyed and not cryptographic: equal hashes
 * mean equal input among data that nobody crafted; the tenant is always beside it in a key.
 */
const C1 = 0x239b961b;
const C2 = 0xab0e9789 | 0;
const C3 = 0x38b34ae5;
const C4 = 0xa1e38b93 | 0;

/** A 64-bit hash as two signed words. */
export class Hash64 {
  low = 0;
  high = 0;
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function finish(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/**
 * Writes the hash of `length` bytes from `start` on into `out`. `view` needs nothing readable
 * behind them.
 */
export function stableHash64(view: DataView, start: number, length: number, out: Hash64): void {
  let h1 = 0;
  let h2 = 0;
  let h3 = 0;
  let h4 = 0;
  const blocksEnd = start + (length & ~15);
  for (let p = start; p < blocksEnd; p += 16) {
    h1 ^= Math.imul(rotate(Math.imul(view.getInt32(p, true), C1), 15), C2);
    h1 = (Math.imul((rotate(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0;
    h2 ^= Math.imul(rotate(Math.imul(view.getInt32(p + 4, true), C2), 16), C3);
    h2 = (Math.imul((rotate(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0;
    h3 ^= Math.imul(rotate(Math.imul(view.getInt32(p + 8, true), C3), 17), C4);
    h3 = (Math.imul((rotate(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0;
    h4 ^= Math.imul(rotate(Math.imul(view.getInt32(p + 12, true), C4), 18), C1);
    h4 = (Math.imul((rotate(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0;
  }
  const rest = length & 15;
  if (rest > 12)
    h4 ^= Math.imul(rotate(Math.imul(tail(view, blocksEnd + 12, rest - 12), C4), 18), C1);
  if (rest > 8) h3 ^= Math.imul(rotate(Math.imul(tail(view, blocksEnd + 8, rest - 8), C3), 17), C4);
  if (rest > 4) h2 ^= Math.imul(rotate(Math.imul(tail(view, blocksEnd + 4, rest - 4), C2), 16), C3);
  if (rest > 0) h1 ^= Math.imul(rotate(Math.imul(tail(view, blocksEnd, rest), C1), 15), C2);
  h1 ^= length;
  h2 ^= length;
  h3 ^= length;
  h4 ^= length;
  h1 = (h1 + h2 + h3 + h4) | 0;
  h2 = finish((h2 + h1) | 0);
  h3 = finish((h3 + h1) | 0);
  h4 = finish((h4 + h1) | 0);
  h1 = finish(h1);
  h1 = (h1 + h2 + h3 + h4) | 0;
  out.low = h1;
  out.high = (h2 + h1) | 0;
}

/** Up to 4 bytes as a little-endian word. */
function tail(view: DataView, p: number, count: number): number {
  if (count >= 4) return view.getInt32(p, true);
  let word = 0;
  for (let i = 0; i < count; i++) word |= view.getUint8(p + i) << (8 * i);
  return word;
}

/** Words that are hashed together; reused, so that hashing allocates nothing. */
export class HashWords {
  readonly #view: DataView;
  #count = 0;

  constructor(wordsMax: number) {
    this.#view = new DataView(new ArrayBuffer(wordsMax * 4));
  }

  start(): this {
    this.#count = 0;
    return this;
  }

  word(word: number): this {
    this.#view.setInt32(this.#count * 4, word, true);
    this.#count++;
    return this;
  }

  hash(hash: Hash64): this {
    return this.word(hash.low).word(hash.high);
  }

  /** `stableHash64` of the words, little-endian. */
  into(out: Hash64): void {
    stableHash64(this.#view, 0, this.#count * 4, out);
  }
}

/**
 * The hash of a set, whatever the order of its members: the sum of their hashes modulo 2^64 and
 * their number, hashed. Members count as often as they were added.
 */
export class UnorderedHash {
  #low = 0;
  #high = 0;
  #count = 0;
  readonly #words = new HashWords(3);

  start(): void {
    this.#low = 0;
    this.#high = 0;
    this.#count = 0;
  }

  add(member: Hash64): void {
    const low = (this.#low + member.low) | 0;
    const carry = low >>> 0 < member.low >>> 0 ? 1 : 0;
    this.#high = (this.#high + member.high + carry) | 0;
    this.#low = low;
    this.#count++;
  }

  into(out: Hash64): void {
    this.#words.start().word(this.#count).word(this.#low).word(this.#high).into(out);
  }
}
