import { type Affixes, commonAffixes, shownValue } from './affixes.ts';
import { isVariable } from './families.ts';
import type { Leaf } from './leaf.ts';
import { GLUED_BIT } from './signature.ts';
import type { Tokenizer } from './tokenizer.ts';

export const VALUE_MARK = '<*>';

/**
 * A pattern as people read it: the words of its exemplar, `<*>` where lines have values, and what
 * all values had around them (`node-<*>`, `<*> kB`).
 */
export function renderTemplate(leaf: Leaf, tokenizer: Tokenizer): string {
  const shown = leaf.group?.shown ?? leaf;
  const signature = leaf.group?.signature ?? leaf.signature;
  const bytes = Buffer.from(shown.exemplar, 'latin1');
  const count = tokenizer.tokenize(bytes, shown.bodyStart, bytes.length);
  const { start, end } = tokenizer.tokens;
  const alike = leaf.group?.alike ?? [leaf];
  const affixes = alike.reduce(
    (sum: Affixes, { affixes }) => commonAffixes(sum, affixes),
    alike[0].affixes,
  );
  const lines = alike.reduce((sum, { count }) => sum + count, 0);
  let text = '';
  for (let i = 0; i < Math.min(count, signature.kinds.length); i++) {
    if (i > 0 && (signature.kinds[i] & GLUED_BIT) === 0) text += ' ';
    if (isVariable(signature, i)) {
      text += shownValue(
        affixes?.find(({ token }) => token === i),
        VALUE_MARK,
        lines,
      );
    } else {
      text += bytes.toString('utf8', start[i], end[i]);
    }
  }
  return text;
}
