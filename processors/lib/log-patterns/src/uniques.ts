import type { Leaf } from './leaf.ts';
import type { Pace, Steps } from './pace.ts';
import { mapKey } from './position-hash.ts';
import { generalise, KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';

/** One leaf while it is grouped. */
export interface Candidate {
  readonly leaf: Leaf;
  /** Of the leaf, with values where words were found to vary. */
  signature: Signature;
  /** Positions that a family of many proved to vary; most have none. */
  proven: Set<number> | undefined;
}

/** Candidates with one signature, and what was found out about its positions. */
export interface Unique {
  readonly key: number;
  readonly signature: Signature;
  readonly members: Candidate[];
  /** Positions that are values from the next round on. */
  votes: number[] | undefined;
  /** Those of them that very many fillers prove. */
  proofs: number[] | undefined;
}

/** So many fillers prove a value for good. */
export const PROOF_FILLERS = 16;

export function* uniquesOf(
  candidates: readonly Candidate[],
  pace: Pace,
): Steps<Map<number, Unique>> {
  const uniques = new Map<number, Unique>();
  for (const candidate of candidates) {
    const { signature } = candidate;
    const key = mapKey(signature.a, signature.b);
    const unique = uniques.get(key);
    if (unique === undefined) {
      const members = [candidate];
      uniques.set(key, { key, signature, members, votes: undefined, proofs: undefined });
    } else {
      unique.members.push(candidate);
    }
    if (pace.spend(2)) yield;
  }
  return uniques;
}

/** True when there was a word at that position. */
export function voteFor(unique: Unique, position: number, isProof: boolean): boolean {
  if (isVariable(unique.signature, position)) return false;
  unique.votes ??= [];
  unique.votes.push(position);
  if (!isProof) return true;
  unique.proofs ??= [];
  unique.proofs.push(position);
  return true;
}

/** All positions of a signature that were voted for become values at once; their words are `known`. */
export function* applyVotes(uniques: Iterable<Unique>, known: Set<number>, pace: Pace): Steps {
  for (const { signature, members, votes, proofs } of uniques) {
    if (votes === undefined) continue;
    for (const position of votes) known.add(wordKey(signature, position));
    const changed = generalise(signature, votes);
    for (const member of members) {
      member.signature = changed;
      for (const position of proofs ?? []) prove(member, position);
    }
    if (pace.spend(members.length + changed.kinds.length)) yield;
  }
}

export function prove(candidate: Candidate, position: number): void {
  candidate.proven ??= new Set();
  candidate.proven.add(position);
}

export function isVariable({ kinds }: Signature, position: number): boolean {
  return (kinds[position] & KIND_BITS) === TokenKind.variable;
}

export function isWord({ kinds }: Signature, position: number): boolean {
  return (kinds[position] & KIND_BITS) === TokenKind.word;
}

export function wordCount(signature: Signature): number {
  let words = 0;
  for (let i = 0; i < signature.kinds.length; i++) if (isWord(signature, i)) words++;
  return words;
}

export function wordKey({ lanes }: Signature, position: number): number {
  return mapKey(lanes[position * 2], lanes[position * 2 + 1]);
}
