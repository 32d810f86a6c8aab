/** How many of the selected and of the other traces have something. */
export interface Share {
  readonly selected: number;
  readonly baseline: number;
}

/** Half a trace: nothing seen is not proof of nothing. */
const PRIOR = 0.5;
const SCORE_MAX = 300;

/** How many times more frequent it is among the selected. */
export function liftOf(counts: Share, totals: Share): number {
  const selected = counts.selected / totals.selected;
  return selected / ((counts.baseline + PRIOR) / Math.max(totals.baseline, 1));
}

/** Of the selected less of the others: -1 to 1. */
export function shareDifference(counts: Share, totals: Share): number {
  return (
    counts.selected / Math.max(totals.selected, 1) - counts.baseline / Math.max(totals.baseline, 1)
  );
}

/**
 * How sure it is that both shares are not one: minus the decimal logarithm of the probability of such
 * a difference by chance (likelihood ratio test, one degree of freedom), less what `tries` such tests
 * give away by chance (Bonferroni). 0 to 300; over 2 one in a hundred comparisons would be wrong.
 */
export function significance(counts: Share, totals: Share, tries: number): number {
  const score = -logProbability(logLikelihoodRatio(counts, totals)) / Math.LN10;
  return Math.min(SCORE_MAX, Math.max(0, score - Math.log10(Math.max(tries, 1))));
}

/** G squared of the two-by-two table. */
function logLikelihoodRatio({ selected, baseline }: Share, totals: Share): number {
  const all = totals.selected + totals.baseline;
  const having = selected + baseline;
  const cells: readonly (readonly [seen: number, row: number, column: number])[] = [
    [selected, having, totals.selected],
    [baseline, having, totals.baseline],
    [totals.selected - selected, all - having, totals.selected],
    [totals.baseline - baseline, all - having, totals.baseline],
  ];
  return 2 * cells.reduce((sum, [seen, row, column]) => sum + cellTerm(seen, row, column, all), 0);
}

function cellTerm(seen: number, row: number, column: number, all: number): number {
  return seen <= 0 || row <= 0 || column <= 0 ? 0 : seen * Math.log((seen * all) / (row * column));
}

/** Natural logarithm of the upper tail of chi squared with one degree of freedom. */
function logProbability(chiSquared: number): number {
  const x = Math.sqrt(Math.max(chiSquared, 0) / 2);
  // Beyond it the tail is below what a double holds: its asymptote.
  if (x > 5) return -x * x - Math.log(x * Math.sqrt(Math.PI));
  return Math.log(complementaryError(x));
}

/** Abramowitz and Stegun 7.1.26, off by 1.5e-7 at the most. */
function complementaryError(x: number): number {
  const t = 1 / (1 + 0.3275911 * x);
  const polynomial =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.max(polynomial * Math.exp(-x * x), Number.MIN_VALUE);
}
