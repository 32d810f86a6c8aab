const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;

const STRIPE_BYTES = 16;

/** XXH32 with seed 0 (xxHash's specification, "XXH32 Algorithm Description"). */
export class XxHash32 {
  #length = 0;
  readonly #lanes: [number, number, number, number] = [
    (PRIME_1 + PRIME_2) | 0,
    PRIME_2 | 0,
    0,
    -PRIME_1 | 0,
  ];
  /** What is left of the last stripe. */
  #rest: Buffer = Buffer.alloc(0);

  update(bytes: Buffer): this {
    this.#length += bytes.length;
    const whole = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    let at = 0;
    for (; at + STRIPE_BYTES <= whole.length; at += STRIPE_BYTES) this.#takeStripe(whole, at);
    this.#rest = Buffer.from(whole.subarray(at));
    return this;
  }

  digest(): number {
    const [a, b, c, d] = this.#lanes;
    const isLong = this.#length >= STRIPE_BYTES;
    const lanes = rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18);
    let hash = ((isLong ? lanes : PRIME_5) + this.#length) | 0;
    let at = 0;
    for (; at + 4 <= this.#rest.length; at += 4) {
      const word = Math.imul(this.#rest.readInt32LE(at), PRIME_3);
      hash = Math.imul(rotate((hash + word) | 0, 17), PRIME_4);
    }
    for (; at < this.#rest.length; at += 1) {
      const byte = Math.imul(this.#rest.readUInt8(at), PRIME_5);
      hash = Math.imul(rotate((hash + byte) | 0, 11), PRIME_1);
    }
    return avalanche(hash);
  }

  #takeStripe(bytes: Buffer, at: number): void {
    const lanes = this.#lanes;
    lanes[0] = round(lanes[0], bytes.readInt32LE(at));
    lanes[1] = round(lanes[1], bytes.readInt32LE(at + 4));
    lanes[2] = round(lanes[2], bytes.readInt32LE(at + 8));
    lanes[3] = round(lanes[3], bytes.readInt32LE(at + 12));
  }
}

function round(lane: number, word: number): number {
  return Math.imul(rotate((lane + Math.imul(word, PRIME_2)) | 0, 13), PRIME_1);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function avalanche(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 15), PRIME_2);
  hash = Math.imul(hash ^ (hash >>> 13), PRIME_3);
  return (hash ^ (hash >>> 16)) >>> 0;
}
