import { type Sql, sql } from '@sonde/store';
import type { ComparisonResponse } from '../../../api/contract/index.ts';
import type { StoreReader } from '../../../store-reader.ts';
import {
  type AnalysisAsking,
  type AnalysisWish,
  isPicked,
  resolveAnalysis,
} from '../analysis-scope.ts';
import { isEntry, readSelection, type Selection } from '../selection.ts';
import { type Candidate, itemCandidates, timeCandidates } from './candidates.ts';
import { findDifferences, findPairs } from './differences.ts';
import {
  explainGroups,
  FEATURES_MAX,
  type FeatureSet,
  strongestFeatures,
} from './explain-groups.ts';
import { featureSetsQuery, type SetFeature } from './feature-sets.ts';
import {
  isVaried,
  itemsQuery,
  keysQuery,
  resourceItemsQuery,
  resourcesWithQuery,
  timesQuery,
  totalsQuery,
} from './item-queries.ts';
import { liftOf, type Share } from './significance.ts';

const BUDGET = { selected: 400_000, baseline: 400_000 } as const;
/** Of a side's traces: what fewer have is not worth a line. */
const SHARE_MIN = 0.01;
const TRACES_MIN = 2;
const PAIR_LIFT_MIN = 1.1;

/** What distinguishes the selected traces from the others, counted by trace. */
export async function readComparison(
  store: StoreReader,
  wish: AnalysisWish,
  asking: AnalysisAsking,
): Promise<ComparisonResponse> {
  const { meter, signal, report } = asking;
  report({ step: 'Finding the traces', done: 0, of: 4 });
  const scope = await resolveAnalysis(store, wish, asking);
  const selection = await readSelection(store, scope, { budget: BUDGET, asking });
  report({ step: 'Looking which attributes there are', done: 1, of: 4 });
  const [keyRows, totalRows] = await Promise.all([
    store.read(keysQuery(selection), signal),
    store.read(totalsQuery(selection), signal),
  ]);
  const keys = meter.rows(keyRows);
  const suppressed = keys.filter(isVaried).map(({ key }) => key);
  const [totals = { selected: 0, baseline: 0 }] = meter.rows(totalRows);
  report({ step: 'Counting values by trace', done: 2, of: 4 });
  const candidates = await readCandidates(store, { selection, suppressed, totals }, asking);
  report({ step: 'Looking what goes together', done: 3, of: 4 });
  const { strong, wide } = chosen(candidates, totals);
  const sets = await readSets(store, { selection, suppressed, candidates: wide }, asking);
  return {
    selection: selection.summary,
    compared: totals,
    differences: findDifferences(candidates, totals),
    pairs: findPairs(wide, sets, totals),
    groups: explainGroups(strong, sets, totals).map(({ features, counts }) => ({
      features: features.flatMap((i) => strong[i]?.shown ?? []),
      selectedTraces: counts.selected,
      baselineTraces: counts.baseline,
    })),
    suppressedKeys: suppressed,
    comparedKeys: keys.length - suppressed.length,
    cost: meter.cost,
  };
}

interface Compared {
  readonly selection: Selection;
  readonly suppressed: readonly string[];
  readonly totals: Share;
}

async function readCandidates(
  store: StoreReader,
  { selection, suppressed, totals }: Compared,
  { meter, signal }: AnalysisAsking,
): Promise<Candidate[]> {
  const least = {
    selected: Math.max(TRACES_MIN, Math.ceil(totals.selected * SHARE_MIN)),
    baseline: Math.max(TRACES_MIN, Math.ceil(totals.baseline * SHARE_MIN)),
  };
  const [items, ofResources, times] = await Promise.all([
    store.read(itemsQuery(selection, { suppressed, least }), signal),
    store.read(resourceItemsQuery(selection, { least }), signal),
    store.read(timesQuery(selection, pickedEntry(selection)), signal),
  ]);
  return [
    ...itemCandidates([...meter.rows(items), ...meter.rows(ofResources)]),
    ...timeCandidates(meter.rows(times), totals),
  ];
}

/** A span that the box was drawn around, not one below it that is as long. */
function pickedEntry(selection: Selection): Sql {
  return sql`${isEntry(selection)} AND ${isPicked(selection.scope)}`;
}

/** What is looked at together: first what explains by itself, then what may in a pair. */
function chosen(
  candidates: readonly Candidate[],
  totals: Share,
): { readonly strong: readonly Candidate[]; readonly wide: readonly Candidate[] } {
  const strong = strongestFeatures(candidates, totals);
  const taken = new Set(strong);
  const others = candidates
    .filter((candidate) => !taken.has(candidate))
    .filter(({ counts }) => liftOf(counts, totals) >= PAIR_LIFT_MIN)
    .filter(({ counts }) => counts.selected < totals.selected)
    .sort((a, b) => liftOf(b.counts, totals) - liftOf(a.counts, totals));
  return { strong, wide: [...strong, ...others].slice(0, FEATURES_MAX) };
}

async function readSets(
  store: StoreReader,
  {
    selection,
    suppressed,
    candidates,
  }: Omit<Compared, 'totals'> & { readonly candidates: readonly Candidate[] },
  { meter, signal }: AnalysisAsking,
): Promise<readonly FeatureSet[]> {
  if (candidates.length === 0) return [];
  const items = candidates.flatMap(({ found }) => (found.on === 'resource' ? [found.item] : []));
  const resources =
    items.length === 0
      ? []
      : meter.rows(await store.read(resourcesWithQuery(selection, items), signal));
  const features = candidates.map(({ found }): SetFeature => {
    if (found.on !== 'resource') return found;
    const having = resources.filter((resource) => resource.items.includes(found.item));
    return { on: 'resource', fingerprints: having.map(({ id }) => id) };
  });
  const query = featureSetsQuery(selection, { features, suppressed });
  return meter.rows(await store.read(query, signal));
}
