import type { PatternChange, PatternSummary } from '@sonde/backend/api-contract';

export const CHANGES = ['all', 'new', 'more', 'less', 'gone'] as const;
export type ChangeChoice = (typeof CHANGES)[number];

export interface PatternFilter {
  readonly text: string;
  readonly change: ChangeChoice;
  readonly muted: boolean;
  readonly onlyErrors: boolean;
}

const ERROR = 17;

/** The patterns that the filter lets through, in the order they came. */
export function shownPatterns(
  patterns: readonly PatternSummary[],
  filter: PatternFilter,
): readonly PatternSummary[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  return patterns.filter((pattern) => {
    const { template, sample, decision, change, severityNumber, service } = pattern;
    if (decision.isMuted && !filter.muted) return false;
    if (filter.change !== 'all' && change !== filter.change) return false;
    if (filter.onlyErrors && severityNumber < ERROR) return false;
    const text = `${decision.name} ${template} ${sample} ${service}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The first ones of a short list: what is no longer there and what is muted is left to the page. */
export function briefPatterns(
  patterns: readonly PatternSummary[],
  limit: number,
): readonly PatternSummary[] {
  const shown = patterns.filter(
    ({ count, decision, template }) => count > 0 && !decision.isMuted && template !== '',
  );
  return shown.slice(0, limit);
}

/** How many there are of each change, muted ones apart. */
export function changeCounts(
  patterns: readonly PatternSummary[],
): Readonly<Record<PatternChange, number>> {
  const counts = { new: 0, more: 0, less: 0, gone: 0, same: 0 };
  for (const { change, decision } of patterns) if (!decision.isMuted) counts[change]++;
  return counts;
}

/** What a change means, in words. */
export function changeTitle({ count, baselineCount, expectedCount }: PatternSummary): string {
  const expected = Math.round(expectedCount);
  return `${Math.round(count)} lines; by the baseline (${Math.round(baselineCount)}) ${expected} were to come`;
}

export function keyOf({ service, id }: { readonly service: string; readonly id: string }): string {
  return `${id} ${service}`;
}
