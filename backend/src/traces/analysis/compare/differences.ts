import type { Difference } from '../../../api/contract/index.ts';
import type { Candidate } from './candidates.ts';
import type { FeatureSet } from './explain-groups.ts';
import { liftOf, type Share, shareDifference, significance } from './significance.ts';

const DIFFERENCES_MAX = 100;
const PAIRS_MAX = 20;
/** One comparison in a hundred may be wrong by chance, all of them counted. */
const SCORE_MIN = 2;
const SHARE_DIFFERENCE_MIN = 0.01;
/** Features that are told as one. */
const TOGETHER_MAX = 6;
const PAIR_SHARE_MIN = 0.05;
/** How many times more frequent a pair must be than the better of the two. */
const PAIR_GAIN_MIN = 1.5;

/** What is more, or less, frequent among the selected traces, the largest difference first. */
export function findDifferences(candidates: readonly Candidate[], totals: Share): Difference[] {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      by: Math.abs(shareDifference(candidate.counts, totals)),
      score: significance(candidate.counts, totals, candidates.length),
    }))
    .filter(({ by, score }) => score >= SCORE_MIN && by >= SHARE_DIFFERENCE_MIN)
    .sort((a, b) => b.by - a.by || b.score - a.score);
  const found = new Map<string, Candidate[]>();
  for (const { candidate } of ranked) {
    const { selected, baseline } = candidate.counts;
    const key = `${selected} ${baseline}`;
    const same = found.get(key);
    // What the same traces have is one difference with several names.
    if (same === undefined) found.set(key, [candidate]);
    else if (same.length < TOGETHER_MAX) same.push(candidate);
  }
  return [...found.values()]
    .slice(0, DIFFERENCES_MAX)
    .flatMap((same) => differenceOf(same, { totals, tries: candidates.length }));
}

function differenceOf(
  same: readonly Candidate[],
  { totals, tries }: { readonly totals: Share; readonly tries: number },
): Difference[] {
  const [first] = same;
  if (first === undefined) return [];
  const { counts, failed, quantiles } = same.find((each) => each.quantiles !== undefined) ?? first;
  const [p50 = 0, p95 = 0] = quantiles ?? [];
  return [
    {
      features: same.map(({ shown }) => shown),
      ...sharesOf(counts, totals),
      score: significance(counts, totals, tries),
      ...(failed === undefined
        ? {}
        : { errorRatio: failed / Math.max(counts.selected + counts.baseline, 1) }),
      ...(quantiles === undefined
        ? {}
        : { durationP50Ns: Math.round(p50), durationP95Ns: Math.round(p95) }),
    },
  ];
}

function sharesOf(
  counts: Share,
  totals: Share,
): Pick<Difference, 'selectedTraces' | 'baselineTraces' | 'selectedShare' | 'baselineShare'> {
  return {
    selectedTraces: counts.selected,
    baselineTraces: counts.baseline,
    selectedShare: counts.selected / Math.max(totals.selected, 1),
    baselineShare: counts.baseline / Math.max(totals.baseline, 1),
  };
}

/** Two features of different sources that together tell the selection much better than each alone. */
export function findPairs(
  candidates: readonly Candidate[],
  sets: readonly FeatureSet[],
  totals: Share,
): Difference[] {
  const tries = (candidates.length * (candidates.length - 1)) / 2;
  const pairs: { readonly difference: Difference; readonly lift: number }[] = [];
  candidates.forEach((a, i) => {
    candidates.slice(i + 1).forEach((b, offset) => {
      if (a.source === b.source) return;
      const counts = countBoth(sets, (1 << i) | (1 << (i + 1 + offset)));
      const lift = liftOf(counts, totals);
      const single = Math.max(liftOf(a.counts, totals), liftOf(b.counts, totals));
      const score = significance(counts, totals, tries);
      if (counts.selected < PAIR_SHARE_MIN * totals.selected || score < SCORE_MIN) return;
      if (lift < PAIR_GAIN_MIN * single) return;
      const features = [a.shown, b.shown];
      pairs.push({ difference: { features, ...sharesOf(counts, totals), score }, lift });
    });
  });
  return pairs
    .sort((a, b) => b.difference.score - a.difference.score || b.lift - a.lift)
    .slice(0, PAIRS_MAX)
    .map(({ difference }) => difference);
}

function countBoth(sets: readonly FeatureSet[], mask: number): Share {
  let [selected, baseline] = [0, 0];
  for (const set of sets) {
    if ((set.bits & mask) !== mask) continue;
    selected += set.selected;
    baseline += set.baseline;
  }
  return { selected, baseline };
}
