import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The headings of known-differences.md: each names one difference, its text says why. */
export function knownDifferences(): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, 'known-differences.md'), 'utf8');
  return [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading.trim());
}
