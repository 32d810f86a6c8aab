import type { Pace, Steps } from './pace.ts';
import { mapKey } from './position-hash.ts';
import { generalise } from './signature.ts';
import { type Candidate, isVariable, isWord, PROOF_FILLERS, prove, wordKey } from './uniques.ts';

/** Leaves of a source from which on rare words give way. */
export const PRESSURE_LEAVES = 1500;
/** A word at a position in fewer leaves of that length is rare; or in fewer than this share. */
const RARE_LEAVES = 8;
const RARE_SHARE = 0.01;
const WORDS_LEFT_MIN = 2;

/**
 * Where there are very many leaves: words that are rare among leaves of the same length become
 * values, if many leaves agree in what is left.
 */
export function* relievePressure(candidates: readonly Candidate[], pace: Pace): Steps {
  const leaves = new Map<number, number>();
  const uses = new Map<string, number>();
  for (const { signature } of candidates) {
    const length = signature.kinds.length;
    leaves.set(length, (leaves.get(length) ?? 0) + 1);
    for (let i = 0; i < length; i++) {
      if (!isWord(signature, i)) continue;
      const key = `${wordKey(signature, i)} ${i} ${length}`;
      uses.set(key, (uses.get(key) ?? 0) + 1);
    }
    if (pace.spend(length * 2)) yield;
  }
  const agreeing = new Map<number, { readonly members: Candidate[]; readonly rare: number[] }>();
  for (const candidate of candidates) {
    const { signature } = candidate;
    const length = signature.kinds.length;
    const usesMin = Math.max(RARE_LEAVES, (leaves.get(length) ?? 0) * RARE_SHARE);
    const rare: number[] = [];
    let words = 0;
    for (let i = 0; i < length; i++) {
      if (!isWord(signature, i)) continue;
      const seen = uses.get(`${wordKey(signature, i)} ${i} ${length}`) ?? 0;
      if (seen < usesMin) rare.push(i);
      else words++;
    }
    if (pace.spend(length * 2)) yield;
    if (rare.length === 0 || words < WORDS_LEFT_MIN || rare.length > words + 1) continue;
    const { a, b } = generalise(signature, rare);
    const found = agreeing.get(mapKey(a, b));
    if (found === undefined) agreeing.set(mapKey(a, b), { members: [candidate], rare });
    else found.members.push(candidate);
  }
  for (const { members, rare } of agreeing.values()) {
    if (members.length < PROOF_FILLERS) continue;
    for (const member of members) {
      member.signature = generalise(member.signature, rare);
      for (let i = 0; i < member.signature.kinds.length; i++) {
        if (isVariable(member.signature, i) && isWord(member.leaf.signature, i)) {
          prove(member, i);
        }
      }
      if (pace.spend(member.signature.kinds.length)) yield;
    }
  }
}
