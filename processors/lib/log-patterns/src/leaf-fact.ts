import type { Affixes } from './affixes.ts';
import type { Leaf } from './leaf.ts';
import { KIND_BITS } from './signature.ts';
import { TokenKind } from './token-list.ts';

/**
 * What one process knows of a leaf, so that another can make it again: the line it was first seen
 * with, and at which of its tokens values stand. A leaf that gave way names the one that took its
 * place.
 */
export interface LeafFact {
  /** 16 hex digits. */
  readonly id: string;
  readonly movedTo?: string | undefined;
  /** As Latin-1 of its bytes; empty where the leaf gave way. */
  readonly line: string;
  /** Where in it the message begins. */
  readonly start: number;
  /** Tokens that are values. */
  readonly values: readonly number[];
  readonly affixes: Affixes;
  /** Lines of that process so far. */
  readonly count: number;
}

/** What there is to tell of a leaf now; undefined for one that was let go without a successor. */
export function factOf(leaf: Leaf): LeafFact | undefined {
  const { current } = leaf;
  if (current !== leaf) {
    const moved = { id: leafId(leaf), movedTo: leafId(current) };
    return { ...moved, line: '', start: 0, values: [], affixes: undefined, count: leaf.count };
  }
  if (leaf.exemplar === '') return undefined;
  const { kinds } = leaf.signature;
  const values: number[] = [];
  for (let i = 0; i < kinds.length; i++) {
    if ((kinds[i] & KIND_BITS) === TokenKind.variable) values.push(i);
  }
  const { exemplar: line, bodyStart: start, count } = leaf;
  // Affixes narrow with every line.
  const affixes = leaf.affixes?.map((affix) => ({ ...affix }));
  return { id: leafId(leaf), line, start, values, affixes, count };
}

/** A leaf's id as it is stored and shown: 16 hex digits. */
export function leafId(leaf: Leaf): string {
  leaf.idText ??= leaf.id.toString(16).padStart(16, '0');
  return leaf.idText;
}
