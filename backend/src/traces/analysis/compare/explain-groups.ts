import { liftOf, type Share } from './significance.ts';

/** Features at most: a trace's set of them is the bits of one 32-bit number. */
export const FEATURES_MAX = 32;
const GROUPS_MAX = 3;
/** Share of the selected traces that a group explains at the least. */
const SUPPORT_MIN = 0.03;
const LIFT_MIN = 2;
/** What a further group must bring: nats for every selected trace. */
const GROUP_PENALTY = 0.1;
/** Features whose traces are the same to that share say the same thing: they are one group. */
const SAME_TRACES_MIN = 0.6;

/** What a trace may have: a value of an attribute, or a time in an operation. */
export interface Feature {
  /** Two features of one source (a key, an operation) cannot say the same thing. */
  readonly source: string;
  readonly counts: Share;
}

/** Traces with the same set of features: bit i for `features[i]`. */
export interface FeatureSet extends Share {
  readonly bits: number;
}

/** Traces that the same features explain. */
export interface ExplainedGroup {
  /** Indexes of features, the one that tells these traces best first. */
  readonly features: readonly number[];
  readonly counts: Share;
}

/** The features worth looking at together, best first. */
export function strongestFeatures<F extends Feature>(features: readonly F[], totals: Share): F[] {
  return features
    .filter(({ counts }) => counts.selected >= SUPPORT_MIN * totals.selected)
    .filter(({ counts }) => liftOf(counts, totals) >= LIFT_MIN)
    .sort((a, b) => evidence(b.counts, totals) - evidence(a.counts, totals))
    .slice(0, FEATURES_MAX);
}

/**
 * At most three groups of traces, each with the features that they share. Of all sets of up to three
 * features the one is taken that says most about which traces are selected, each trace counted for
 * the most telling feature it has; then features of the same traces are added.
 */
export function explainGroups(
  features: readonly Feature[],
  sets: readonly FeatureSet[],
  totals: Share,
): ExplainedGroup[] {
  const seeds = bestSeeds(features, sets, totals);
  const groups = seeds.map((seed) => [seed, ...companions(seed, features, sets)]);
  const counts = groups.map(() => ({ selected: 0, baseline: 0 }));
  for (const set of sets) {
    const of = counts[groupOf(set.bits, groups)];
    if (of === undefined) continue;
    of.selected += set.selected;
    of.baseline += set.baseline;
  }
  return groups.map((group, i) => ({
    features: group,
    counts: counts[i] ?? { selected: 0, baseline: 0 },
  }));
}

/** The first group of which a trace has at least half the features; -1 when there is none. */
export function groupOf(bits: number, groups: readonly (readonly number[])[]): number {
  return groups.findIndex((group) => {
    const had = group.filter((feature) => hasBit(bits, feature)).length;
    return had * 2 >= group.length;
  });
}

/** Nats that knowing the feature tells about the selected traces that have it. */
function evidence(counts: Share, totals: Share): number {
  return counts.selected * Math.log(liftOf(counts, totals));
}

function bestSeeds(
  features: readonly Feature[],
  sets: readonly FeatureSet[],
  totals: Share,
): number[] {
  const order = features.map((_, i) => i).sort((a, b) => purity(features[b]) - purity(features[a]));
  const search = new SeedSearch(order, sets, totals);
  search.extend([], 0, 0);
  return search.best;
}

function purity(feature: Feature | undefined): number {
  return feature === undefined ? 0 : feature.counts.selected / (feature.counts.baseline + 1);
}

/** Looks through all sets of up to three features, purest first: 5,488 of 32. */
class SeedSearch {
  readonly #order: readonly number[];
  readonly #sets: readonly FeatureSet[];
  readonly #totals: Share;
  best: number[] = [];
  #bestScore = 0;

  constructor(order: readonly number[], sets: readonly FeatureSet[], totals: Share) {
    this.#order = order;
    this.#sets = sets;
    this.#totals = totals;
  }

  extend(chosen: readonly number[], from: number, score: number): void {
    let taken = 0;
    for (const feature of chosen) taken |= 1 << feature;
    for (let i = from; i < this.#order.length; i++) {
      const feature = this.#order[i] ?? 0;
      const gain = this.#gain(feature, taken);
      if (gain <= 0) continue;
      const next = [...chosen, feature];
      if (score + gain > this.#bestScore) {
        this.#bestScore = score + gain;
        this.best = next;
      }
      if (next.length < GROUPS_MAX) this.extend(next, i + 1, score + gain);
    }
  }

  /** Of traces that have the feature and none of those taken. */
  #gain(feature: number, taken: number): number {
    let [selected, baseline] = [0, 0];
    for (const set of this.#sets) {
      if (!hasBit(set.bits, feature) || (set.bits & taken) !== 0) continue;
      selected += set.selected;
      baseline += set.baseline;
    }
    if (selected < SUPPORT_MIN * this.#totals.selected) return 0;
    return evidence({ selected, baseline }, this.#totals) - GROUP_PENALTY * this.#totals.selected;
  }
}

/** Features of other sources that the same traces have. */
function companions(
  seed: number,
  features: readonly Feature[],
  sets: readonly FeatureSet[],
): number[] {
  const sources = new Set([features[seed]?.source]);
  const found: number[] = [];
  for (const [i, { source }] of features.entries()) {
    if (sources.has(source) || overlap(seed, i, sets) < SAME_TRACES_MIN) continue;
    sources.add(source);
    found.push(i);
  }
  return found;
}

/** Traces with both of those with either. */
function overlap(a: number, b: number, sets: readonly FeatureSet[]): number {
  let [both, either] = [0, 0];
  for (const { bits, selected, baseline } of sets) {
    const [hasA, hasB] = [hasBit(bits, a), hasBit(bits, b)];
    if (hasA || hasB) either += selected + baseline;
    if (hasA && hasB) both += selected + baseline;
  }
  return either === 0 ? 0 : both / either;
}

function hasBit(bits: number, index: number): boolean {
  return (bits & (1 << index)) !== 0;
}
