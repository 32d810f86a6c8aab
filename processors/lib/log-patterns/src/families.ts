import type { Pace, Steps } from './pace.ts';
import { placeA, placeB } from './position-hash.ts';
import { RestTable } from './rest-table.ts';
import { KIND_BITS, type Signature } from './signature.ts';
import { TokenKind } from './token-list.ts';
import { isQuote } from './token-marks.ts';
import { isVariable, PROOF_FILLERS, type Unique, voteFor, wordCount, wordKey } from './uniques.ts';

/** Signatures that differ in one position alone. */
interface Family {
  readonly position: number;
  /** Literal words beside the position. */
  readonly words: number;
  readonly uniques: Unique[];
}

/** More than a signature has tokens. */
const TOKENS_ROOM = 256;

/** Distinct fillers that make a position a value, by literal words beside it. */
const FILLERS_MIN: readonly number[] = [Number.POSITIVE_INFINITY, 8, 5, 4, 4, 4];
const FILLERS_MIN_OF_MANY_WORDS = 3;
/** The first token of a message is a name more often than a value. */
export const FIRST_FACTOR = 2;
/** Fillers that were values elsewhere and make one here. */
const KNOWN_FILLERS_MIN = 2;

/**
 * Votes where signatures differ in one position alone and enough of them do. True when something
 * changes. `known`: words that were values elsewhere.
 */
export function* voteFamilies(
  uniques: ReadonlyMap<number, Unique>,
  known: ReadonlySet<number> | undefined,
  pace: Pace,
): Steps<boolean> {
  const list = [...uniques.values()];
  const rests = yield* restsOf(list, pace);
  let changed = false;
  for (let i = 0; i < rests.hashes; i++) {
    if (!rests.isShared(i)) {
      if (pace.spend(1)) yield;
      continue;
    }
    const family = familyOf(rests.valuesOf(i), list);
    if (isValue(family, known) && vote(family)) changed = true;
    if (pace.spend(family.uniques.length)) yield;
  }
  return changed;
}

/** The places of signatures by what is left of these without them; most are alone with that. */
function* restsOf(uniques: readonly Unique[], pace: Pace): Steps<RestTable> {
  let places = 0;
  for (const { signature } of uniques) places += signature.kinds.length;
  const rests = new RestTable(places);
  for (let index = 0; index < uniques.length; index++) {
    const { lanes, kinds, a, b } = uniques[index].signature;
    const words = wordCount(uniques[index].signature);
    for (let position = 0; position < kinds.length; position++) {
      const kind = kinds[position] & KIND_BITS;
      if (kind === TokenKind.punctuation) continue;
      if ((kind === TokenKind.variable ? words : words - 1) < 1) continue;
      const restA = (a - placeA(lanes[position * 2], position)) | 0;
      const restB = b - placeB(lanes[position * 2 + 1], position);
      const salted = (restB + Math.imul(position + 1, 0x61c88647)) | 0;
      rests.add(restA, salted, index * TOKENS_ROOM + position);
    }
    if (pace.spend(kinds.length)) yield;
  }
  return rests;
}

function familyOf(places: readonly number[], all: readonly Unique[]): Family {
  const position = places[0] % TOKENS_ROOM;
  const uniques = places.map((place) => all[Math.floor(place / TOKENS_ROOM)]);
  const { signature } = uniques[0];
  const words = wordCount(signature) - (isVariable(signature, position) ? 0 : 1);
  return { position, words, uniques };
}

function isValue(
  { position, words, uniques }: Family,
  known: ReadonlySet<number> | undefined,
): boolean {
  let hasValue = false;
  let knownFillers = 0;
  for (const { signature } of uniques) {
    if (isVariable(signature, position)) hasValue = true;
    else if (known?.has(wordKey(signature, position)) === true) knownFillers++;
  }
  let needed = FILLERS_MIN[words] ?? FILLERS_MIN_OF_MANY_WORDS;
  if (position === 0) needed *= FIRST_FACTOR;
  if (hasValue) needed = Math.max(2, needed - 1);
  else if (isQuoted(uniques[0].signature, position)) needed = Math.max(3, needed - 1);
  if (uniques.length >= needed) return true;
  if (known === undefined || words < 2) return false;
  return knownFillers + (hasValue ? 1 : 0) >= KNOWN_FILLERS_MIN;
}

/** A word by itself in quotes is a value more often than not. */
function isQuoted({ lanes, kinds }: Signature, position: number): boolean {
  if (position === 0 || position + 1 >= kinds.length) return false;
  const lane = lanes[position * 2 - 2];
  return isQuote(lane) && lane === lanes[position * 2 + 2];
}

function vote({ position, uniques }: Family): boolean {
  let changed = false;
  const isProof = uniques.length >= PROOF_FILLERS;
  for (const unique of uniques) if (voteFor(unique, position, isProof)) changed = true;
  return changed;
}
