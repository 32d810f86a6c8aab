import { mapKey } from './position-hash.ts';
import { GLUED_BIT, KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';
import type { Candidate } from './uniques.ts';
import { avalanche } from './word-hash.ts';

/** Candidates of one shape, and where it was merged into. */
export interface Shape {
  readonly key: number;
  readonly signature: Signature;
  /** Its chunks [from, to) in the table of all. */
  readonly from: number;
  readonly to: number;
  readonly members: Candidate[];
  count: number;
  into: Shape | undefined;
}

/** What stands behind a value and belongs to the sentence; by lane A of the mark. */
export type Marks = ReadonlySet<number>;

const STEP = 0x9e3779b1;

export function shapeKeyOf({ a, b, kinds }: Signature): number {
  let glue = 1;
  for (const kind of kinds) glue = Math.imul(glue ^ (kind & GLUED_BIT), STEP) ^ (glue >>> 15);
  return mapKey(a ^ avalanche(glue), b);
}

/**
 * Chunks of signatures, tokens without a blank between: in typed arrays, as all of them live until a
 * grouping ends and the collector of garbage would copy some megabytes of objects in one go. Made for
 * at most `chunksMax` and thrown away; 15 bytes a chunk.
 */
export class ChunkTable {
  readonly key: Float64Array;
  /** 1: a value, and at most `,;:.` behind it. */
  readonly isPure: Uint8Array;
  readonly holdsValue: Uint8Array;
  readonly words: Uint8Array;
  /** Of the `,;:.` behind it; 0 when there is none. */
  readonly tail: Int32Array;
  count = 0;

  constructor(chunksMax: number) {
    this.key = new Float64Array(chunksMax);
    this.isPure = new Uint8Array(chunksMax);
    this.holdsValue = new Uint8Array(chunksMax);
    this.words = new Uint8Array(chunksMax);
    this.tail = new Int32Array(chunksMax);
  }

  /** Adds those of a signature behind the others. */
  add(signature: Signature, sentenceMarks: Marks): void {
    const { kinds } = signature;
    let from = 0;
    for (let i = 1; i <= kinds.length; i++) {
      if (i < kinds.length && (kinds[i] & GLUED_BIT) !== 0) continue;
      this.#add(signature, { from, to: i }, sentenceMarks);
      from = i;
    }
  }

  #add(
    { lanes, kinds }: Signature,
    { from, to }: { readonly from: number; readonly to: number },
    sentenceMarks: Marks,
  ): void {
    let a = to - from;
    let b = a;
    let words = 0;
    let values = 0;
    for (let i = from; i < to; i++) {
      a = avalanche(Math.imul(a, STEP) ^ lanes[i * 2]);
      b = Math.imul(b ^ lanes[i * 2 + 1], STEP);
      b ^= b >>> 16;
      const kind = kinds[i] & KIND_BITS;
      if (kind === TokenKind.word) words++;
      else if (kind === TokenKind.variable) values++;
    }
    let tailFrom = to;
    let tail = 0;
    while (tailFrom > from + 1 && sentenceMarks.has(lanes[(tailFrom - 1) * 2])) {
      tailFrom--;
      tail = avalanche(Math.imul(tail, STEP) ^ lanes[tailFrom * 2]);
    }
    const at = this.count++;
    this.key[at] = mapKey(a, b);
    this.isPure[at] = values === 1 && words === 0 && tailFrom === from + 1 ? 1 : 0;
    this.holdsValue[at] = values > 0 ? 1 : 0;
    this.words[at] = words;
    this.tail[at] = tail;
  }
}

/** A key over parts, of which each is a number. */
export class KeySum {
  #a = 0x2c1b3c6d;
  #b = 0x297a2d39;

  add(part: number): void {
    const low = part | 0;
    const high = (part / 0x100000000) | 0;
    this.#a = avalanche(Math.imul(this.#a, STEP) ^ low);
    this.#b = Math.imul(avalanche(this.#b ^ high), 0x85ebca6b) ^ low;
  }

  get key(): number {
    return mapKey(this.#a, avalanche(this.#b));
  }
}
