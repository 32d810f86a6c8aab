import { HashIndex } from './hash-index.ts';
import { foldedHash, plainHash } from './word-hash.ts';

/** Words of formats, of no system's vocabulary. Looked up by hash: a set holds a few dozen. */
class WordSet {
  readonly #hashes: HashIndex;

  constructor(words: string, hash: (bytes: Uint8Array, from: number, to: number) => number) {
    const encoder = new TextEncoder();
    this.#hashes = new HashIndex(
      words.split(' ').map((word) => {
        const bytes = encoder.encode(word);
        return [hash(bytes, 0, bytes.length), 1];
      }),
    );
  }

  has(hash: number): boolean {
    return this.#hashes.get(hash) !== 0;
  }
}

/** Three-letter names of months; by `foldedHash`. */
export const MONTHS: WordSet = new WordSet(
  'jan feb mar apr may jun jul aug sep oct nov dec',
  foldedHash,
);
/** Three-letter names of days; by `foldedHash`. */
export const WEEKDAYS: WordSet = new WordSet('mon tue wed thu fri sat sun', foldedHash);

/** Units of measure, by `plainHash`: a number takes the unit behind it in. */
export const UNITS: WordSet = new WordSet(
  'B b kB KB MB GB TB PB KiB MiB GiB TiB byte bytes Byte Bytes bit bits ' +
    'ns us ms s sec secs second seconds min mins minute minutes h hr hrs hour hours day days ' +
    'Hz kHz KHz MHz GHz Mbps Kbps Gbps Kb Mb Gb kb mb gb',
  plainHash,
);

/** Values behind `=`, `:` and `,`, by `plainHash`. */
export const BOOLEANS: WordSet = new WordSet(
  'true false null nil none None True False TRUE FALSE NULL undefined',
  plainHash,
);
