/** How well lines were grouped. */
export interface Scores {
  /** Grouping accuracy: the share of lines whose group is exactly the true one. */
  readonly ga: number;
  /** F1 over groups that are exactly right. */
  readonly fga: number;
}

/** `found` and `truth` are groups of the same lines, in order. */
export function scoreGroups(found: readonly string[], truth: readonly string[]): Scores {
  const foundSizes = countBy(found);
  const trueSizes = countBy(truth);
  const pairs = new Map<string, { readonly found: string; readonly truth: string; size: number }>();
  for (const [i, group] of found.entries()) {
    const own = truth[i] ?? '';
    const key = JSON.stringify([group, own]);
    const pair = pairs.get(key);
    if (pair === undefined) pairs.set(key, { found: group, truth: own, size: 1 });
    else pair.size++;
  }
  let lines = 0;
  let groups = 0;
  for (const pair of pairs.values()) {
    if (foundSizes.get(pair.found) !== pair.size || trueSizes.get(pair.truth) !== pair.size) {
      continue;
    }
    lines += pair.size;
    groups++;
  }
  return { ga: lines / truth.length, fga: (2 * groups) / (foundSizes.size + trueSizes.size) };
}

function countBy(groups: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  return counts;
}

/** The share of lines whose template is, but for names of masks and blanks, the true one. */
export function strictAccuracy(found: readonly string[], truth: readonly string[]): number {
  const same = found.filter((text, i) => normalize(text) === normalize(truth[i] ?? ''));
  return same.length / truth.length;
}

function normalize(template: string): string {
  return template
    .replaceAll(/<[A-Za-z_]+>|<_>/g, '<*>')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** What one regular expression does: every token that holds a digit is a value. */
export function digitFloor(line: string): string {
  return line
    .split(/\s+/)
    .map((token) => (/\d/.test(token) ? '<*>' : token))
    .join(' ');
}
