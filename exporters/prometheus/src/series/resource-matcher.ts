import type { ResourceLabels } from '../config.ts';

/** Which resource attributes become labels. Of the same key the excluding patterns win. */
export class ResourceMatcher {
  readonly #included: readonly RegExp[];
  readonly #excluded: readonly RegExp[];

  constructor({ included, excluded }: ResourceLabels) {
    this.#included = (included.length === 0 ? ['*'] : included).map(toRegExp);
    this.#excluded = excluded.map(toRegExp);
  }

  matches(key: string): boolean {
    const fits = (pattern: RegExp): boolean => pattern.test(key);
    return this.#included.some(fits) && !this.#excluded.some(fits);
  }
}

/** Neighbouring stars are one, so that matching stays quick. */
function toRegExp(pattern: string): RegExp {
  const source = pattern
    .replace(/\*+/g, '*')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's');
}
