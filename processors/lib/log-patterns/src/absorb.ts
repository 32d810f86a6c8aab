import { layoutOf } from './joint-values.ts';
import type { Pace, Steps } from './pace.ts';
import { isVariable, isWord, type Unique, voteFor, wordCount } from './uniques.ts';

/** General signatures of one layout that a signature is held against. */
const GENERALS_MAX = 256;
/** Literal words that are left. */
const WORDS_MIN = 2;
/** Where the general one has values by their digits alone, so many words have to agree for each. */
const WORDS_A_WRITTEN_VALUE = 3;

/** A signature with values, and where they are because words were found to vary. */
interface General {
  readonly unique: Unique;
  readonly words: number;
  readonly isFound: Uint8Array;
}

/**
 * Votes for signatures that are a general one but for words where that has values: what is proven
 * of the many holds for those that nobody stands beside. True when something changes.
 */
export function* voteAbsorbed(uniques: Iterable<Unique>, pace: Pace): Steps<boolean> {
  const layouts = new Map<number, { readonly all: Unique[]; readonly generals: General[] }>();
  for (const unique of uniques) {
    const key = layoutOf(unique);
    const layout = layouts.get(key) ?? { all: [], generals: [] };
    layouts.set(key, layout);
    layout.all.push(unique);
    const general = generalOf(unique);
    if (general !== undefined) layout.generals.push(general);
    if (pace.spend(unique.signature.kinds.length * 2)) yield;
  }
  let changed = false;
  for (const { all, generals } of layouts.values()) {
    if (generals.length === 0) continue;
    generals.sort((x, y) => x.unique.key - y.unique.key);
    generals.splice(GENERALS_MAX);
    for (const unique of all) {
      if (absorb(unique, generals)) changed = true;
      if (pace.spend(generals.length * 2)) yield;
    }
  }
  return changed;
}

function generalOf(unique: Unique): General | undefined {
  const { signature, members } = unique;
  const words = wordCount(signature);
  if (words < WORDS_MIN) return undefined;
  const isFound = new Uint8Array(signature.kinds.length);
  let found = 0;
  for (let i = 0; i < signature.kinds.length; i++) {
    if (!isVariable(signature, i)) continue;
    if (!members.some(({ leaf }) => isWord(leaf.signature, i) || leaf.foldedAt.includes(i)))
      continue;
    isFound[i] = 1;
    found++;
  }
  return found === 0 ? undefined : { unique, words, isFound };
}

/** Into the one with fewest values that has room for its words. */
function absorb(unique: Unique, generals: readonly General[]): boolean {
  let best: { readonly general: General; readonly positions: readonly number[] } | undefined;
  for (const general of generals) {
    if (general.unique === unique) continue;
    const positions = positionsIn(unique, general);
    if (positions === undefined) continue;
    if (best === undefined || positions.length < best.positions.length) {
      best = { general, positions };
    }
  }
  if (best === undefined) return false;
  const { members } = best.general.unique;
  for (const position of best.positions) {
    voteFor(
      unique,
      position,
      members.some(({ proven }) => proven?.has(position) === true),
    );
  }
  return true;
}

/** Where the signature has words and the general one values; undefined when they differ otherwise. */
function positionsIn(
  { signature: { lanes, kinds } }: Unique,
  { unique: { signature }, words, isFound }: General,
): readonly number[] | undefined {
  const positions: number[] = [];
  let written = 0;
  for (let i = 0; i < kinds.length; i++) {
    if (lanes[i * 2] === signature.lanes[i * 2]) continue;
    if (!isVariable(signature, i)) return undefined;
    positions.push(i);
    if (isFound[i] === 0) written++;
    if (positions.length > words || written * WORDS_A_WRITTEN_VALUE > words) return undefined;
  }
  return positions.length === 0 ? undefined : positions;
}
