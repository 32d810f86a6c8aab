import { type Sql, sql } from '@sonde/store';
import type { ComparisonResponse } from '../../../api/contract/index.ts';
import type { StoreReader } from '../../../store-reader.ts';
import {
  type AnalysisAsking,
  type AnalysisWish,
  isPicked,
  resolveAnalysis,
} from '../analysis-scope.ts';
import { readSelection } from '../read-selection.ts';
import { bothSpans, isEntry, type Selection, someSpans } from '../selection.ts';
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
  ANY_HASH,
  type CountRow,
  isVaried,
  itemNamesQuery,
  itemsQuery,
  keysQuery,
  type NameRow,
  resourceItemsQuery,
  resourceNamesQuery,
  resourcesWithQuery,
  timesQuery,
} from './item-queries.ts';
import { liftOf, type Share } from './significance.ts';

const BUDGET = { selected: 64_000, baseline: 64_000, read: 400_000, wanted: 2500 } as const;
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
  report({ step: 'Finding the traces', done: 0, of: 3 });
  const scope = await resolveAnalysis(store, wish, asking);
  const [keys, selection] = await Promise.all([
    store.read(keysQuery(scope), signal).then((answer) => meter.rows(answer)),
    readSelection(store, scope, { budget: BUDGET, asking }),
  ]);
  const suppressed = keys.filter(isVaried).map(({ key }) => key);
  report({ step: 'Counting values by trace', done: 1, of: 3 });
  const { candidates, totals } = await readCandidates(store, { selection, suppressed }, asking);
  report({ step: 'Looking what goes together', done: 2, of: 3 });
  const { strong, wide } = chosen(candidates, totals);
  const sets = await readSets(store, { selection, suppressed, candidates: wide }, asking);
  return {
    selection: await selection.summary,
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
}

async function readCandidates(
  store: StoreReader,
  { selection, suppressed }: Compared,
  { meter, signal }: AnalysisAsking,
): Promise<{ readonly candidates: readonly Candidate[]; readonly totals: Share }> {
  const { looked } = selection;
  const leastOf = (all: number): number => Math.max(TRACES_MIN, Math.ceil(all * SHARE_MIN));
  const least = {
    selected: leastOf(looked.selected),
    baseline: leastOf(looked.baseline),
  };
  const [items, ofResources, times] = await Promise.all([
    store.read(itemsQuery(selection, { suppressed, least }), signal),
    store.read(resourceItemsQuery(selection, { least }), signal),
    store.read(timesQuery(selection, pickedEntry(selection)), signal),
  ]);
  const [all, resourceRows] = [meter.rows(items), meter.rows(ofResources)];
  const totals = all.find(({ hash }) => hash === ANY_HASH) ?? { selected: 0, baseline: 0 };
  const spanRows = all.filter(({ hash }) => hash !== ANY_HASH);
  const hashesOf = (rows: readonly CountRow[]): string[] => rows.map(({ hash }) => hash);
  const compared = { selection, suppressed };
  const names = await Promise.all([
    readNames(store, { ...compared, hashes: hashesOf(spanRows) }, { meter, signal }),
    store
      .read(resourceNamesQuery(selection, hashesOf(resourceRows)), signal)
      .then((answer) => meter.rows(answer)),
  ]);
  const itemNames = names.flat();
  return {
    candidates: [
      ...itemCandidates([...spanRows, ...resourceRows], itemNames),
      ...timeCandidates(meter.rows(times), totals),
    ],
    totals: { selected: totals.selected, baseline: totals.baseline },
  };
}

/** Most are found in some of the traces around; what is not, in those that are compared. */
async function readNames(
  store: StoreReader,
  wish: Compared & { readonly hashes: readonly string[] },
  { meter, signal }: Pick<AnalysisAsking, 'meter' | 'signal'>,
): Promise<readonly NameRow[]> {
  const { selection, suppressed, hashes } = wish;
  const read = async (spans: Sql, asked: readonly string[]): Promise<readonly NameRow[]> =>
    asked.length === 0
      ? []
      : meter.rows(await store.read(itemNamesQuery(spans, { suppressed, hashes: asked }), signal));
  const found = await read(someSpans(selection), hashes);
  const known = new Set(found.map(({ hash }) => hash));
  const rest = hashes.filter((hash) => !known.has(hash));
  return [...found, ...(await read(bothSpans(selection), rest))];
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
  { selection, suppressed, candidates }: Compared & { readonly candidates: readonly Candidate[] },
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
