import { randomFillSync } from 'node:crypto';

/** Words of a key: a 64-bit fingerprint, an hour, and what tells tenants and retentions apart. */
export interface RecentKey {
  low: number;
  high: number;
  hour: number;
  owner: number;
}

/**
 * The keys seen lately, in bounded memory: at most `2 * keysMax`, the oldest half forgotten at once.
 * A forgotten key is only written once more.
 */
export class RecentKeys {
  readonly #keysMax: number;
  #young: KeySet;
  #old: KeySet;

  constructor(keysMax: number) {
    this.#keysMax = keysMax;
    this.#young = new KeySet();
    this.#old = new KeySet();
  }

  has(key: RecentKey): boolean {
    if (this.#young.has(key)) return true;
    if (!this.#old.has(key)) return false;
    this.add(key);
    return true;
  }

  add(key: RecentKey): void {
    if (this.#young.count >= this.#keysMax) {
      this.#old = this.#young;
      this.#young = new KeySet();
    }
    this.#young.add(key);
  }

  addAll(keys: KeySet): void {
    keys.forEach((key) => {
      this.add(key);
    });
  }
}

const WORDS = 4;

const FIRST_SLOTS_LOG2 = 8;

/**
 * Multiply-shift hashing with odd factors of this process: fingerprints come from outside, and who
 * knows how they are made must not be able to choose some that meet in one probe chain.
 */
const [FACTOR_LOW, FACTOR_HIGH, FACTOR_OWNER] = randomFillSync(new Int32Array(3)).map(
  (factor) => factor | 1,
);

/** A set of keys: open addressing over words, no object a key. Grows without a bound of its own. */
export class KeySet {
  count = 0;
  #shift = 32 - FIRST_SLOTS_LOG2;
  #words = new Int32Array(WORDS << FIRST_SLOTS_LOG2);
  #used = new Uint8Array(1 << FIRST_SLOTS_LOG2);

  has(key: RecentKey): boolean {
    return this.#used[this.#find(key)] === 1;
  }

  /** False when it was there already. */
  add(key: RecentKey): boolean {
    const slot = this.#find(key);
    if (this.#used[slot] === 1) return false;
    this.#put(slot, key);
    this.count++;
    if (this.count * 2 > this.#used.length) this.#grow();
    return true;
  }

  forEach(visit: (key: RecentKey) => void): void {
    for (let slot = 0; slot < this.#used.length; slot++) {
      if (this.#used[slot] === 1) visit(this.#read(slot));
    }
  }

  #find(key: RecentKey): number {
    const mask = this.#used.length - 1;
    const words = this.#words;
    const mixed =
      Math.imul(key.low, FACTOR_LOW) +
      Math.imul(key.high, FACTOR_HIGH) +
      Math.imul(key.hour ^ key.owner, FACTOR_OWNER);
    let slot = ((mixed >>> 0) >>> this.#shift) & mask;
    for (; this.#used[slot] === 1; slot = (slot + 1) & mask) {
      const at = slot * WORDS;
      if (
        words[at] === key.low &&
        words[at + 1] === key.high &&
        words[at + 2] === key.hour &&
        words[at + 3] === key.owner
      ) {
        break;
      }
    }
    return slot;
  }

  #put(slot: number, key: RecentKey): void {
    this.#used[slot] = 1;
    this.#words.set([key.low, key.high, key.hour, key.owner], slot * WORDS);
  }

  #read(slot: number): RecentKey {
    const [low, high, hour, owner] = this.#words.subarray(slot * WORDS, slot * WORDS + WORDS);
    return { low, high, hour, owner };
  }

  #grow(): void {
    const words = this.#words;
    const used = this.#used;
    this.#words = new Int32Array(words.length * 2);
    this.#used = new Uint8Array(used.length * 2);
    this.#shift--;
    for (let slot = 0; slot < used.length; slot++) {
      if (used[slot] === 0) continue;
      const [low, high, hour, owner] = words.subarray(slot * WORDS, slot * WORDS + WORDS);
      const key = { low, high, hour, owner };
      this.#put(this.#find(key), key);
    }
  }
}
