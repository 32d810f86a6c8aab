/** Longer words are compared by their beginning only, so that the cost stays bounded. */
const WORD_CHARS_MAX = 64;

/** The candidate nearest to `word`, if one is near enough to be a slip of the finger. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(word.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate === word) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = nearest(word, candidates);
  return found === undefined ? undefined : `did you mean ${JSON.stringify(found)}?`;
}

/** Unknown keys that are named, and guessed at, one by one; nobody reads on. */
const KEYS_LISTED_MAX = 100;

/** What each of the first unknown keys may have meant. */
export function hintsFor(unknown: readonly string[], known: readonly string[]): readonly string[] {
  return unknown.slice(0, KEYS_LISTED_MAX).flatMap((key) => didYouMean(key, known) ?? []);
}

/** `a, b, c`, and how many more there are. */
export function listOfKeys(keys: readonly string[]): string {
  const more = keys.length - KEYS_LISTED_MAX;
  const listed = keys.slice(0, KEYS_LISTED_MAX).join(', ');
  return more > 0 ? `${listed} and ${more} more` : listed;
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(first: string, second: string): number {
  const a = first.slice(0, WORD_CHARS_MAX);
  const b = second.slice(0, WORD_CHARS_MAX);
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const plain = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(swapped ? Math.min(plain, at(beforeLast, j - 2) + 1) : plain);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
