import { type Affixes, commonAffixes, shownValue } from './affixes.ts';
import type { Leaf } from './leaf.ts';
import { GLUED_BIT } from './signature.ts';
import type { Tokenizer } from './tokenizer.ts';
import { isVariable } from './uniques.ts';

export const VALUE_MARK = '<*>';

/** Which tokens of the signature are shown as `<*>`, in order, of how many. */
export interface ShownMarks {
  readonly tokens: number;
  readonly positions: readonly number[];
}

/**
 * A pattern as people read it: the words of its exemplar, `<*>` where lines have values, and what
 * all values had around them (`node-<*>`, `<*> kB`).
 */
export function renderTemplate(leaf: Leaf, tokenizer: Tokenizer): string {
  return renderShown(leaf, tokenizer).text;
}

/** The same, and where in it values are. */
export function renderShown(
  leaf: Leaf,
  tokenizer: Tokenizer,
): { readonly text: string; readonly marks: ShownMarks } {
  // What gave way to a general leaf has no line any more; that has one of its lines.
  const shown = (leaf.group?.shown ?? leaf).current;
  const signature = leaf.group?.signature ?? leaf.signature;
  const bytes = Buffer.from(shown.exemplar, 'latin1');
  const count = tokenizer.tokenize(bytes, shown.bodyStart, bytes.length);
  const { start, end } = tokenizer.tokens;
  const alike = [...new Set((leaf.group?.alike ?? [leaf]).map(({ current }) => current))];
  const affixes = alike.reduce(
    (sum: Affixes, { affixes }) => commonAffixes(sum, affixes),
    alike[0].affixes,
  );
  const lines = alike.reduce((sum, { count }) => sum + count, 0);
  const positions: number[] = [];
  let text = '';
  for (let i = 0; i < Math.min(count, signature.kinds.length); i++) {
    if (i > 0 && (signature.kinds[i] & GLUED_BIT) === 0) text += ' ';
    if (!isVariable(signature, i)) {
      text += bytes.toString('utf8', start[i], end[i]);
      continue;
    }
    const affix = affixes?.find(({ token }) => token === i);
    const value = shownValue(affix, VALUE_MARK, lines);
    if (value.includes(VALUE_MARK)) positions.push(i);
    text += value;
  }
  return { text, marks: { tokens: signature.kinds.length, positions } };
}
