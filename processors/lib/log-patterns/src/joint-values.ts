import { KeySum } from './chunks.ts';
import { FIRST_FACTOR } from './families.ts';
import type { Pace, Steps } from './pace.ts';
import { GLUED_BIT, KIND_BITS } from './signature.ts';
import { TokenKind } from './token-list.ts';
import { isWord, PROOF_FILLERS, type Unique, voteFor, wordKey } from './uniques.ts';

/** Signatures that vary in several positions at once are one statement from so many on. */
const MEMBERS_MIN = 5;
const MEMBERS_MIN_OF_FEW_WORDS = 8;
/** Literal words that all of them share: fewer prove nothing; so many prove much. */
const WORDS_MIN = 2;
const WORDS_MANY = 4;
/** A position varies freely when it has so many fillers, and one for each so many members. */
const FILLERS_MIN = 4;
const MEMBERS_A_FILLER_MAX = 4;
const SPLITS_MAX = 64;

const SLOT = 1;

/**
 * Votes where signatures have several words that vary, so that no two of them differ in one position
 * alone: those with the same marks are divided by the word that varies least, until what still
 * varies does so freely beside words that all share. True when something changes.
 */
export function* voteJointly(uniques: Iterable<Unique>, pace: Pace): Steps<boolean> {
  const layouts = new Map<number, Unique[]>();
  for (const unique of uniques) {
    const key = layoutOf(unique);
    const list = layouts.get(key);
    if (list === undefined) layouts.set(key, [unique]);
    else list.push(unique);
    if (pace.spend(unique.signature.kinds.length)) yield;
  }
  let changed = false;
  for (const list of layouts.values()) if (yield* divide(list, 0, pace)) changed = true;
  return changed;
}

/** A key of the marks, and where blanks stand. */
export function layoutOf({ signature: { lanes, kinds } }: Unique): number {
  const sum = new KeySum();
  for (let i = 0; i < kinds.length; i++) {
    const isMark = (kinds[i] & KIND_BITS) === TokenKind.punctuation;
    sum.add(isMark ? lanes[i * 2] : SLOT + (kinds[i] & GLUED_BIT));
  }
  return sum.key;
}

function* divide(members: readonly Unique[], depth: number, pace: Pace): Steps<boolean> {
  if (members.length < MEMBERS_MIN || depth > SPLITS_MAX) return false;
  const { signature } = members[0];
  const varying: Varying[] = [];
  let words = 0;
  for (let position = 0; position < signature.kinds.length; position++) {
    if ((signature.kinds[position] & KIND_BITS) === TokenKind.punctuation) continue;
    const fillers = fillersAt(members, position);
    if (fillers.size > 1) varying.push({ position, fillers });
    else if (isWord(signature, position)) words++;
    if (pace.spend(members.length)) yield;
  }
  if (varying.length === 0) return false;
  const fillersMin = Math.max(FILLERS_MIN, members.length / MEMBERS_A_FILLER_MAX);
  const isFirst = varying[0].position === 0;
  const membersMin =
    (words < WORDS_MANY ? MEMBERS_MIN_OF_FEW_WORDS : MEMBERS_MIN) * (isFirst ? FIRST_FACTOR : 1);
  const least = varying.reduce((x, y) => (y.fillers.size < x.fillers.size ? y : x));
  if (least.fillers.size >= fillersMin) {
    if (words < Math.max(WORDS_MIN, varying.length) || members.length < membersMin) return false;
    return voteAll(members, varying);
  }
  let changed = false;
  for (const part of least.fillers.values()) {
    if (yield* divide(part, depth + 1, pace)) changed = true;
  }
  return changed;
}

interface Varying {
  readonly position: number;
  readonly fillers: ReadonlyMap<number, readonly Unique[]>;
}

function fillersAt(members: readonly Unique[], position: number): Map<number, Unique[]> {
  const fillers = new Map<number, Unique[]>();
  for (const member of members) {
    const key = wordKey(member.signature, position);
    const list = fillers.get(key);
    if (list === undefined) fillers.set(key, [member]);
    else list.push(member);
  }
  return fillers;
}

function voteAll(members: readonly Unique[], varying: readonly Varying[]): boolean {
  let changed = false;
  const isProof = members.length >= PROOF_FILLERS;
  for (const { position } of varying) {
    for (const member of members) if (voteFor(member, position, isProof)) changed = true;
  }
  return changed;
}
