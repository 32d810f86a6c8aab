import { KeySum, type Shape } from './chunks.ts';
import type { Pace, Steps } from './pace.ts';
import { GLUED_BIT, KIND_BITS } from './signature.ts';
import { TokenKind } from './token-list.ts';

/** Tokens that a prefix may have. */
const PREFIX_TOKENS_MAX = 24;
/** So many statements stand with and without the same prefix. */
const STATEMENTS_MIN = 4;
/** Of the statements that have it, one in so many stands without it, too. */
const WITHOUT_SHARE = 3;
const WORDS_MIN = 1;

interface Pair {
  readonly long: Shape;
  readonly short: Shape;
}

/** Statements that begin alike, and those of them that stand without that beginning, too. */
interface Prefix {
  readonly pairs: Pair[];
  readonly tokens: number;
}

/**
 * A part of a header that not every line has (a user, the fields of a span): where several
 * statements stand both behind one and the same beginning and alone, both are one.
 */
export function* mergeOptionalPrefixes(shapes: readonly Shape[], pace: Pace): Steps {
  const wholes = new Map<number, Shape>();
  const ends = new Map<number, number>();
  for (const { signature, into } of shapes) {
    const end = signature.lanes[signature.lanes.length - 2];
    if (into === undefined) ends.set(end, (ends.get(end) ?? 0) + 1);
    if (pace.spend(1)) yield;
  }
  for (const shape of shapes) {
    const { lanes } = shape.signature;
    if (shape.into !== undefined || (ends.get(lanes[lanes.length - 2]) ?? 0) < 2) continue;
    wholes.set(suffixKeys(shape)[0], shape);
    if (pace.spend(shape.signature.kinds.length * 2)) yield;
  }
  const prefixes = new Map<number, Prefix>();
  const begun = new Map<number, number>();
  for (const long of wholes.values()) {
    const suffixes = suffixKeys(long);
    const sum = new KeySum();
    const { lanes, kinds } = long.signature;
    const limit = Math.min(kinds.length - 1, PREFIX_TOKENS_MAX);
    for (let tokens = 1; tokens <= limit; tokens++) {
      sum.add(lanes[tokens * 2 - 2]);
      if ((kinds[tokens] & GLUED_BIT) !== 0) continue;
      begun.set(sum.key, (begun.get(sum.key) ?? 0) + 1);
      const short = wholes.get(suffixes[tokens]);
      if (short === undefined || short === long || !mayEnd(long, tokens)) continue;
      const found = prefixes.get(sum.key);
      if (found === undefined) prefixes.set(sum.key, { pairs: [{ long, short }], tokens });
      else found.pairs.push({ long, short });
    }
    if (pace.spend(kinds.length * 2 + limit)) yield;
  }
  const proven: (readonly [number, Prefix])[] = [];
  for (const prefix of prefixes) {
    const [key, { pairs }] = prefix;
    const isOften = pairs.length * WITHOUT_SHARE >= (begun.get(key) ?? 0);
    if (pairs.length >= STATEMENTS_MIN && isOften) proven.push(prefix);
    if (pace.spend(1)) yield;
  }
  // The longest first: what is left of it may be the end of another.
  proven.sort(([x, { tokens }], [y, { tokens: other }]) => other - tokens || x - y);
  for (const [, { pairs }] of proven) {
    for (const { long, short } of pairs) if (long.into === undefined) long.into = short;
    if (pace.spend(pairs.length)) yield;
  }
}

/** What is left has a word; what is cut ends in a value, a bracket or `:`, as headers do. */
function mayEnd({ signature: { kinds } }: Shape, tokens: number): boolean {
  if ((kinds[tokens - 1] & KIND_BITS) === TokenKind.word) return false;
  let words = 0;
  for (let i = tokens; i < kinds.length; i++) {
    if ((kinds[i] & KIND_BITS) === TokenKind.word) words++;
  }
  return words >= WORDS_MIN;
}

/** For each token the key of what stands from there on. */
function suffixKeys({ signature: { lanes, kinds } }: Shape): Float64Array {
  const keys = new Float64Array(kinds.length);
  const sum = new KeySum();
  for (let i = kinds.length - 1; i >= 0; i--) {
    sum.add(lanes[i * 2]);
    keys[i] = sum.key;
  }
  return keys;
}
