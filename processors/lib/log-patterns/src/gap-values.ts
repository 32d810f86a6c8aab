import { KeySum, type Shape } from './chunks.ts';
import type { Pace, Steps } from './pace.ts';
import { mapKey } from './position-hash.ts';
import { GLUED_BIT, KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';
import { PROOF_FILLERS } from './uniques.ts';

/** Tokens that a value of several words has. */
const GAP_TOKENS_MAX = 4;
const FILLERS_MIN = 4;
const LENGTHS_MIN = 2;
/** Words outside, and on the side that has fewer of them. */
const WORDS_MIN = 5;
const WORDS_A_SIDE_MIN = 1;

/**
 * A value of one or several words (`the Print Spooler service`, `the Themes service`): shapes that
 * are the same but for one gap, whose fillers are of different length.
 */
export function* mergeGaps(shapes: readonly Shape[], pace: Pace): Steps {
  const gaps = new Map<number, Filled[]>();
  for (const shape of yield* endingAlike(shapes, pace)) {
    for (const { key, isValue } of gapsOf(shape.signature)) {
      const filled = { shape, fillers: isValue ? fillersOf(shape) : 1 };
      const list = gaps.get(key);
      if (list === undefined) gaps.set(key, [filled]);
      else list.push(filled);
    }
    if (pace.spend(shape.signature.kinds.length * GAP_TOKENS_MAX * 2)) yield;
  }
  const proven: (readonly [number, readonly Filled[]])[] = [];
  for (const gap of gaps) {
    if (gap[1].length > 1) proven.push(gap);
    if (pace.spend(1)) yield;
  }
  proven.sort(([x, { length }], [y, { length: other }]) => other - length || x - y);
  for (const [, all] of proven) {
    const left = all.filter(({ shape }) => shape.into === undefined);
    const lengths = new Set(left.map(({ shape }) => shape.signature.kinds.length));
    const fillers = left.reduce((sum, { fillers: own }) => sum + own, 0);
    if (lengths.size < LENGTHS_MIN || fillers < FILLERS_MIN) continue;
    const alike = left.map(({ shape }) => shape);
    alike.sort((x, y) => y.count - x.count || x.key - y.key);
    for (const shape of alike.slice(1)) shape.into = alike[0];
    if (pace.spend(alike.length)) yield;
  }
}

/** Those with whose first and last token there are shapes of several lengths: few, of noise. */
function* endingAlike(shapes: readonly Shape[], pace: Pace): Steps<readonly Shape[]> {
  const ends = new Map<number, Shape[]>();
  for (const shape of shapes) {
    const { lanes, kinds } = shape.signature;
    if (pace.spend(2)) yield;
    if (shape.into !== undefined || kinds.length === 0) continue;
    const key = mapKey(lanes[0], lanes[lanes.length - 2]);
    const list = ends.get(key);
    if (list === undefined) ends.set(key, [shape]);
    else list.push(shape);
  }
  const isOfSeveral = (alike: readonly Shape[]): boolean =>
    alike.some(({ signature }) => signature.kinds.length !== alike[0].signature.kinds.length);
  return [...ends.values()].filter(isOfSeveral).flat();
}

/** A shape with something in a gap, and how many things at least. */
interface Filled {
  readonly shape: Shape;
  readonly fillers: number;
}

/** Lines that stand for a filler of their own, where words were found to vary. */
function fillersOf({ members }: Shape): number {
  let fillers = 0;
  for (const { leaf } of members) fillers += leaf.isGeneral ? PROOF_FILLERS : 1;
  return fillers;
}

interface Gap {
  /** Of what stands before and behind it. */
  readonly key: number;
  readonly isValue: boolean;
}

function gapsOf({ lanes, kinds }: Signature): Gap[] {
  const { length } = kinds;
  const before = new Float64Array(length + 1);
  const words = new Int32Array(length + 1);
  const sum = new KeySum();
  for (let i = 0; i < length; i++) {
    sum.add(lanes[i * 2]);
    before[i + 1] = sum.key;
    words[i + 1] = words[i] + ((kinds[i] & KIND_BITS) === TokenKind.word ? 1 : 0);
  }
  const behind = new Float64Array(length + 1);
  const back = new KeySum();
  for (let i = length - 1; i >= 0; i--) {
    back.add(lanes[i * 2]);
    behind[i] = back.key;
  }
  const gaps: Gap[] = [];
  for (let from = 1; from < length; from++) {
    if ((kinds[from] & KIND_BITS) === TokenKind.punctuation) continue;
    if ((kinds[from] & GLUED_BIT) !== 0 || words[from] < WORDS_A_SIDE_MIN) continue;
    for (let to = from + 1; to <= Math.min(length - 1, from + GAP_TOKENS_MAX); to++) {
      // Words beside a value (`unknown user <*>`) say something that others do not.
      if ((kinds[to - 1] & KIND_BITS) !== (kinds[from] & KIND_BITS)) break;
      const right = words[length] - words[to];
      if ((kinds[to] & GLUED_BIT) !== 0 || right < WORDS_A_SIDE_MIN) continue;
      if (words[from] + right < WORDS_MIN) continue;
      const key = new KeySum();
      key.add(before[from]);
      key.add(behind[to]);
      gaps.push({ key: key.key, isValue: (kinds[from] & KIND_BITS) === TokenKind.variable });
    }
  }
  return gaps;
}
