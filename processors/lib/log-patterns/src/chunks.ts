import { mapKey } from './position-hash.ts';
import { GLUED_BIT, KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';
import type { Candidate } from './uniques.ts';
import { avalanche } from './word-hash.ts';

/** Tokens without a blank between. */
export interface Chunk {
  readonly key: number;
  /** A value, and at most `,;:.` behind it. */
  readonly isPure: boolean;
  readonly holdsValue: boolean;
  readonly words: number;
  /** Of the `,;:.` behind it; 0 when there is none. */
  readonly tail: number;
}

/** Candidates of one shape, and where it was merged into. */
export interface Shape {
  readonly key: number;
  readonly signature: Signature;
  readonly chunks: readonly Chunk[];
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

export function chunksOf(signature: Signature, sentenceMarks: Marks): Chunk[] {
  const { kinds } = signature;
  const chunks: Chunk[] = [];
  let from = 0;
  for (let i = 1; i <= kinds.length; i++) {
    if (i < kinds.length && (kinds[i] & GLUED_BIT) !== 0) continue;
    chunks.push(chunkOf(signature, { from, to: i }, sentenceMarks));
    from = i;
  }
  return chunks;
}

function chunkOf(
  { lanes, kinds }: Signature,
  { from, to }: { readonly from: number; readonly to: number },
  sentenceMarks: Marks,
): Chunk {
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
  const isPure = values === 1 && words === 0 && tailFrom === from + 1;
  return { key: mapKey(a, b), isPure, holdsValue: values > 0, words, tail };
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
