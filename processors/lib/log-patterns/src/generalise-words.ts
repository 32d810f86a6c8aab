import { voteAbsorbed } from './absorb.ts';
import { voteFamilies } from './families.ts';
import { voteJointly } from './joint-values.ts';
import type { Pace, Steps } from './pace.ts';
import { applyVotes, type Candidate, uniquesOf } from './uniques.ts';

const ROUNDS_MAX = 12;

/**
 * Turns words into values, in rounds until nothing changes: where leaves differ in one position
 * alone; where some vary in several positions; where a leaf is what others have become. A function
 * of the set of signatures: order cannot matter.
 */
export function* generaliseWords(candidates: readonly Candidate[], pace: Pace): Steps {
  const known = new Set<number>();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const uniques = yield* uniquesOf(candidates, pace);
    const changed =
      (yield* voteFamilies(uniques, round === 0 ? undefined : known, pace)) ||
      (yield* voteAbsorbed(uniques.values(), pace)) ||
      (yield* voteJointly(uniques.values(), pace));
    if (!changed) return;
    yield* applyVotes(uniques.values(), known, pace);
  }
}
