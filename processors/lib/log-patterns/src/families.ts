import type { Leaf } from './leaf.ts';
import type { Pace, Steps } from './pace.ts';
import { mapKey, placeA, placeB } from './position-hash.ts';
import { generalise, KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';

/** One leaf while it is grouped. */
export interface Candidate {
  readonly leaf: Leaf;
  /** Of the leaf, with values where words were found to vary. */
  signature: Signature;
  /** Positions that a family of many proved to vary. */
  readonly proven: Set<number>;
}

/** Candidates with one signature. */
interface Unique {
  readonly signature: Signature;
  readonly members: Candidate[];
  votes: number[] | undefined;
  proofs: number[] | undefined;
}

/** Signatures that differ in one position alone. */
interface Family {
  readonly position: number;
  /** Literal words beside the position. */
  readonly words: number;
  readonly uniques: Unique[];
}

const ROUNDS_MAX = 8;
/** Distinct fillers that make a position a value, by literal words beside it. */
const FILLERS_MIN: readonly number[] = [Number.POSITIVE_INFINITY, 8, 5, 4, 4, 4];
const FILLERS_MIN_OF_MANY_WORDS = 3;
/** The first token of a message is a name more often than a value. */
const FIRST_FACTOR = 2;
/** So many fillers prove a value for good. */
export const PROOF_FILLERS = 16;
/** Fillers that were values elsewhere and make one here. */
const KNOWN_FILLERS_MIN = 2;

/**
 * Turns words into values where leaves differ in one position alone, in rounds until nothing
 * changes. A function of the set of signatures: order cannot matter.
 */
export function* generaliseFamilies(candidates: readonly Candidate[], pace: Pace): Steps {
  const known = new Set<number>();
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const uniques = yield* uniquesOf(candidates, pace);
    const families = yield* familiesOf(uniques, pace);
    let changed = false;
    for (const family of families.values()) {
      if (!isFamily(family)) {
        if (pace.spend(1)) yield;
        continue;
      }
      if (isValue(family, round, known) && vote(family)) changed = true;
      if (pace.spend(family.uniques.length)) yield;
    }
    if (!changed) return;
    yield* applyVotes(uniques, known, pace);
  }
}

function* uniquesOf(candidates: readonly Candidate[], pace: Pace): Steps<Map<number, Unique>> {
  const uniques = new Map<number, Unique>();
  for (const candidate of candidates) {
    const { signature } = candidate;
    const key = mapKey(signature.a, signature.b);
    const unique = uniques.get(key);
    if (unique === undefined) {
      const members = [candidate];
      uniques.set(key, { signature, members, votes: undefined, proofs: undefined });
    } else {
      unique.members.push(candidate);
    }
    if (pace.spend(2)) yield;
  }
  return uniques;
}

/** By what is left without one position; most have one member, which stands for itself. */
function* familiesOf(
  uniques: ReadonlyMap<number, Unique>,
  pace: Pace,
): Steps<Map<number, Unique | Family>> {
  const families = new Map<number, Unique | Family>();
  for (const unique of uniques.values()) {
    const { lanes, kinds, a, b } = unique.signature;
    const words = wordCount(unique.signature);
    for (let position = 0; position < kinds.length; position++) {
      const kind = kinds[position] & KIND_BITS;
      if (kind === TokenKind.punctuation) continue;
      const rest = kind === TokenKind.variable ? words : words - 1;
      if (rest < 1) continue;
      const restA = (a - placeA(lanes[position * 2], position)) | 0;
      const restB = b - placeB(lanes[position * 2 + 1], position);
      const key = mapKey(restA, (restB + Math.imul(position + 1, 0x61c88647)) | 0);
      const found = families.get(key);
      if (found === undefined) families.set(key, unique);
      else if (isFamily(found)) found.uniques.push(unique);
      else families.set(key, { position, words: rest, uniques: [found, unique] });
    }
    if (pace.spend(kinds.length)) yield;
  }
  return families;
}

function isFamily(family: Unique | Family): family is Family {
  return 'uniques' in family;
}

function isValue(family: Family, round: number, known: ReadonlySet<number>): boolean {
  const { position, words, uniques } = family;
  let hasValue = false;
  let knownFillers = 0;
  for (const { signature } of uniques) {
    if (isVariable(signature, position)) hasValue = true;
    else if (known.has(wordKey(signature, position))) knownFillers++;
  }
  let needed = FILLERS_MIN[words] ?? FILLERS_MIN_OF_MANY_WORDS;
  if (position === 0) needed *= FIRST_FACTOR;
  if (hasValue) needed = Math.max(2, needed - 1);
  if (uniques.length >= needed) return true;
  if (round === 0 || words < 2) return false;
  return knownFillers + (hasValue ? 1 : 0) >= KNOWN_FILLERS_MIN;
}

function vote({ position, uniques }: Family): boolean {
  let changed = false;
  const isProof = uniques.length >= PROOF_FILLERS;
  for (const unique of uniques) {
    if (isVariable(unique.signature, position)) continue;
    unique.votes ??= [];
    unique.votes.push(position);
    changed = true;
    if (!isProof) continue;
    unique.proofs ??= [];
    unique.proofs.push(position);
  }
  return changed;
}

/** All positions of a signature that were voted for become values at once. */
function* applyVotes(uniques: ReadonlyMap<number, Unique>, known: Set<number>, pace: Pace): Steps {
  for (const { signature, members, votes, proofs } of uniques.values()) {
    if (votes === undefined) continue;
    for (const position of votes) known.add(wordKey(signature, position));
    const changed = generalise(signature, votes);
    for (const member of members) {
      member.signature = changed;
      for (const position of proofs ?? []) member.proven.add(position);
    }
    if (pace.spend(members.length + changed.kinds.length)) yield;
  }
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
