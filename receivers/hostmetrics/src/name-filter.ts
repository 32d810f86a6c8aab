import { GoRegexp } from '@sonde/go-regexp';

/** Whether something of that name is wanted. */
export type NameFilter = (name: string) => boolean;

export interface NamePatterns {
  readonly match: 'strict' | 'regexp';
  readonly patterns: readonly string[];
}

export const ALL: NameFilter = () => true;

/**
 * `include` (absent: everything) without what `exclude` names. Regular expressions match anywhere in
 * the name, as in the Collector; throws `GoRegexpError` when one is none.
 */
export function nameFilter(
  include: NamePatterns | undefined,
  exclude: NamePatterns | undefined,
): NameFilter {
  if (include === undefined && exclude === undefined) return ALL;
  const isIncluded = include === undefined ? ALL : matcher(include);
  const isExcluded = exclude === undefined ? () => false : matcher(exclude);
  return (name) => isIncluded(name) && !isExcluded(name);
}

function matcher({ match, patterns }: NamePatterns): NameFilter {
  if (match === 'strict') {
    const names = new Set(patterns);
    return (name) => names.has(name);
  }
  const expressions = patterns.map((pattern) => new GoRegexp(pattern));
  return (name) => expressions.some((expression) => expression.test(name));
}
