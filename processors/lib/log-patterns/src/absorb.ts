import type { Pace, Steps } from './pace.ts';
import { mapKey } from './position-hash.ts';
import { generalise } from './signature.ts';
import { isVariable, isWord, type Unique, voteFor, wordCount } from './uniques.ts';

/** Sets of positions that are tried, by length of the signature. */
const MASKS_MAX = 64;
/** Literal words that are left. */
const WORDS_MIN = 2;

/** A signature that has values where words were found to vary. */
interface General {
  readonly unique: Unique;
  /** Positions that lines of it had words at. */
  readonly positions: readonly number[];
}

/**
 * Votes for signatures that are a general one but for words where that has values: what is proven
 * of the many holds for those that nobody stands beside. True when something changes.
 */
export function* voteAbsorbed(uniques: ReadonlyMap<number, Unique>, pace: Pace): Steps<boolean> {
  const masks = new Map<number, Map<string, General>>();
  for (const unique of uniques.values()) {
    const positions = generalPositions(unique);
    if (pace.spend(4)) yield;
    if (positions.length === 0 || wordCount(unique.signature) < WORDS_MIN) continue;
    const { length } = unique.signature.kinds;
    const own = masks.get(length) ?? new Map<string, General>();
    masks.set(length, own);
    const key = positions.join(' ');
    if (own.size < MASKS_MAX || own.has(key)) own.set(key, { unique, positions });
  }
  let changed = false;
  for (const unique of uniques.values()) {
    const own = masks.get(unique.signature.kinds.length);
    if (own === undefined) continue;
    let best: General | undefined;
    for (const { positions } of own.values()) {
      const found = generalOf(unique, positions, uniques);
      if (pace.spend(positions.length)) yield;
      if (found === undefined) continue;
      if (best === undefined || isFiner(found, best)) best = found;
    }
    if (best !== undefined && absorb(unique, best)) changed = true;
  }
  return changed;
}

/** Positions at which a member's own line has a word and the signature a value. */
function generalPositions({ signature, members }: Unique): number[] {
  const positions: number[] = [];
  for (let i = 0; i < signature.kinds.length; i++) {
    if (!isVariable(signature, i)) continue;
    if (members.some(({ leaf }) => isWord(leaf.signature, i))) positions.push(i);
  }
  return positions;
}

function generalOf(
  unique: Unique,
  positions: readonly number[],
  uniques: ReadonlyMap<number, Unique>,
): General | undefined {
  const { signature } = unique;
  const own = positions.filter((position) => isWord(signature, position));
  if (own.length === 0) return undefined;
  const { a, b } = generalise(signature, own);
  const found = uniques.get(mapKey(a, b));
  return found === undefined || found === unique ? undefined : { unique: found, positions: own };
}

function isFiner(x: General, y: General): boolean {
  const difference = x.positions.length - y.positions.length;
  return difference === 0 ? x.unique.key < y.unique.key : difference < 0;
}

function absorb(unique: Unique, { unique: into, positions }: General): boolean {
  if (unique.votes !== undefined) return false;
  const words = wordCount(into.signature);
  if (words < WORDS_MIN || words < positions.length) return false;
  for (const position of positions) {
    voteFor(
      unique,
      position,
      into.members.some(({ proven }) => proven.has(position)),
    );
  }
  return true;
}
