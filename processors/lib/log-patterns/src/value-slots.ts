import type { Leaf } from './leaf.ts';
import { KIND_BITS } from './signature.ts';
import type { ShownMarks } from './template.ts';
import { TokenKind } from './token-list.ts';
import type { Tokenizer } from './tokenizer.ts';

/**
 * Where a line of a leaf has the value that its pattern's template shows: the place among the line's
 * own values, from 1, or 0 and the word that all its lines have there. `''` where it has none.
 */
export interface ValueSlot {
  readonly place: number;
  readonly word: string;
}

const NOWHERE: ValueSlot = { place: 0, word: '' };

/** A slot for each value of the template. */
export function slotsOf(leaf: Leaf, marks: ShownMarks, tokenizer: Tokenizer): ValueSlot[] {
  const { kinds } = leaf.signature;
  // Rows of values of another length, or values inside compounds: nothing says which is which.
  if (kinds.length !== marks.tokens) return marks.positions.map(() => NOWHERE);
  const bytes = Buffer.from(leaf.exemplar, 'latin1');
  tokenizer.tokenize(bytes, leaf.bodyStart, bytes.length);
  const { start, end } = tokenizer.tokens;
  return marks.positions.map((position) => {
    if (!isValue(kinds[position])) {
      return { place: 0, word: bytes.toString('utf8', start[position], end[position]) };
    }
    let place = 1;
    for (let i = 0; i < position; i++) if (isValue(kinds[i])) place++;
    return { place, word: '' };
  });
}

function isValue(kind: number): boolean {
  return (kind & KIND_BITS) === TokenKind.variable;
}
