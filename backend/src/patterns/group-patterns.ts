import type { LogPatternSetting } from '@sonde/pipeline/settings';
import type {
  PatternChange,
  PatternDecision,
  PatternSummary,
  PatternsResponse,
} from '../api/contract/index.ts';
import { spread, type TimeSteps } from '../time-steps.ts';
import { PATTERNS_MAX } from './limits.ts';
import type { AliasRow, CountRow, FirstSeenRow } from './pattern-queries.ts';

/** Of rows that no pattern was found for. */
export const NO_PATTERN: string = '0'.repeat(16);
/** So many times what was expected is more; of few lines chance does as much. */
const MORE_FACTOR = 2;
/** Standard deviations of a count. */
const DEVIATIONS_MIN = 3;

export interface PatternRows {
  readonly now: readonly CountRow[];
  readonly before: readonly CountRow[];
  readonly aliases: readonly AliasRow[];
  readonly firstSeen: readonly FirstSeenRow[];
}

export interface GroupOptions {
  readonly steps: TimeSteps;
  /** What one line of the baseline would be in the range; undefined: as shares of all lines. */
  readonly scale: number | undefined;
  readonly settings: readonly LogPatternSetting[];
}

interface Group {
  readonly service: string;
  readonly id: string;
  template: string;
  sample: string;
  count: number;
  bytes: number;
  baselineCount: number;
  lastSeenMs: number;
  firstSeenMs: number;
  readonly severities: Map<number, number>;
  readonly steps: Map<number, number>;
  readonly merged: Set<string>;
}

type Grouped = Pick<
  PatternsResponse,
  'patterns' | 'patternCount' | 'total' | 'baselineTotal' | 'unpatterned'
>;

/** Ids become patterns, as the store knows them and as people decided. */
export function groupPatterns(rows: PatternRows, options: GroupOptions): Grouped {
  const resolver = new Resolver(rows.aliases, options.settings);
  const groups = new Map<string, Group>();
  const groupOf = ({ service, id }: { readonly service: string; readonly id: string }): Group => {
    const target = resolver.patternOf(service, id);
    const key = keyOf(service, target);
    let group = groups.get(key);
    if (group === undefined) {
      group = newGroup(service, target);
      groups.set(key, group);
    }
    return group;
  };
  for (const row of rows.now) addNow(groupOf(row), row);
  for (const row of rows.before) addBefore(groupOf(row), row);
  const first = new Map(rows.firstSeen.map((row) => [keyOf(row.service, row.id), row.first_ms]));
  for (const row of [...rows.now, ...rows.before]) {
    const group = groupOf(row);
    const seen = first.get(keyOf(row.service, row.id));
    if (seen !== undefined) group.firstSeenMs = Math.min(group.firstSeenMs, seen);
    resolver.describe(group, row);
  }
  return summarise([...groups.values()], resolver, options);
}

function summarise(groups: readonly Group[], resolver: Resolver, options: GroupOptions): Grouped {
  const sum = (of: (group: Group) => number): number =>
    groups.reduce((total, group) => total + of(group), 0);
  const total = sum(({ count }) => count);
  const baselineTotal = sum(({ baselineCount }) => baselineCount);
  const scale = options.scale ?? (baselineTotal === 0 ? 0 : total / baselineTotal);
  const known = groups.filter(({ id }) => id !== NO_PATTERN);
  const hasBaseline = baselineTotal > 0;
  const patterns = known
    .map((group) => summaryOf(group, { total, hasBaseline, scale, steps: options.steps, resolver }))
    .sort(byRank)
    .slice(0, PATTERNS_MAX);
  const unpatterned = sum(({ id, count }) => (id === NO_PATTERN ? count : 0));
  return { patterns, patternCount: known.length, total, baselineTotal, unpatterned };
}

function byRank(a: PatternSummary, b: PatternSummary): number {
  const pinned = Number(b.decision.isPinned) - Number(a.decision.isPinned);
  const counts = b.count - a.count || b.baselineCount - a.baselineCount;
  return pinned || counts || b.severityNumber - a.severityNumber || (a.id < b.id ? -1 : 1);
}

function newGroup(service: string, id: string): Group {
  return {
    ...{ service, id, template: '', sample: '' },
    ...{ count: 0, bytes: 0, baselineCount: 0, lastSeenMs: 0 },
    firstSeenMs: Number.POSITIVE_INFINITY,
    severities: new Map(),
    steps: new Map(),
    merged: new Set(),
  };
}

function addNow(group: Group, row: CountRow): void {
  group.count += row.records;
  group.bytes += row.bytes;
  group.lastSeenMs = Math.max(group.lastSeenMs, row.last_ms);
  addPairs(group.severities, row.severities);
  addPairs(group.steps, row.steps);
}

function addBefore(group: Group, row: CountRow): void {
  group.baselineCount += row.records;
  group.lastSeenMs = Math.max(group.lastSeenMs, row.last_ms);
  if (group.count === 0) addPairs(group.severities, row.severities);
}

function addPairs(into: Map<number, number>, [keys, values]: CountRow['steps']): void {
  keys.forEach((key, i) => {
    into.set(key, (into.get(key) ?? 0) + (values[i] ?? 0));
  });
}

function summaryOf(
  group: Group,
  around: {
    readonly total: number;
    readonly hasBaseline: boolean;
    readonly scale: number;
    readonly steps: TimeSteps;
    readonly resolver: Resolver;
  },
): PatternSummary {
  const { service, id, template, sample, count, bytes, baselineCount, lastSeenMs } = group;
  const expectedCount = baselineCount * around.scale;
  const pairs = { indexes: [...group.steps.keys()], values: [...group.steps.values()] };
  return {
    ...{ id, service, template, sample, count, bytes, lastSeenMs, baselineCount, expectedCount },
    share: around.total === 0 ? 0 : count / around.total,
    severityNumber: mostFrequent(group.severities),
    trend: spread(around.steps, pairs, 0),
    firstSeenMs: Number.isFinite(group.firstSeenMs) ? group.firstSeenMs : null,
    change: around.hasBaseline ? changeOf(count, baselineCount, expectedCount) : 'same',
    decision: around.resolver.decisionOf(service, id),
    merged: [...group.merged],
  };
}

function mostFrequent(counts: ReadonlyMap<number, number>): number {
  let most = 0;
  let severity = 0;
  for (const [number, count] of counts) {
    if (count < most || (count === most && number < severity)) continue;
    most = count;
    severity = number;
  }
  return severity;
}

/** Counts vary by their root: fewer lines must differ more to be another matter. */
export function changeOf(count: number, baseline: number, expected: number): PatternChange {
  if (baseline === 0) return count === 0 ? 'same' : 'new';
  if (count === 0) return 'gone';
  const deviation = (count - expected) / Math.sqrt(Math.max(count, expected, 1));
  if (count > expected * MORE_FACTOR && deviation > DEVIATIONS_MIN) return 'more';
  if (count * MORE_FACTOR < expected && deviation < -DEVIATIONS_MIN) return 'less';
  return 'same';
}

const UNDECIDED: PatternDecision = {
  ...{ name: '', isMuted: false, isPinned: false },
  ...{ keepOneIn: 1, alsoErrors: false, savedBytesADay: 0 },
};

/** From an id to the pattern that is shown. */
class Resolver {
  readonly #aliases = new Map<string, AliasRow>();
  /** By pattern. */
  readonly #texts = new Map<string, AliasRow>();
  readonly #settings = new Map<string, LogPatternSetting>();

  constructor(aliases: readonly AliasRow[], settings: readonly LogPatternSetting[]) {
    for (const row of aliases) {
      this.#aliases.set(keyOf(row.service, row.leaf), row);
      this.#texts.set(keyOf(row.service, row.pattern), row);
    }
    // The pattern that was meant may have another id by now: any of its lines' ids says which it is.
    for (const setting of settings) {
      for (const id of [...setting.leaves, setting.id]) {
        this.#settings.set(keyOf(setting.service, this.#current(setting.service, id)), setting);
      }
    }
  }

  #current(service: string, id: string): string {
    return this.#aliases.get(keyOf(service, id))?.pattern ?? id;
  }

  /** One step of what people merged: what was put into a pattern that was put elsewhere stays there. */
  patternOf(service: string, id: string): string {
    const pattern = this.#current(service, id);
    const into = this.#settings.get(keyOf(service, pattern))?.mergedInto;
    return into === null || into === undefined ? pattern : this.#current(service, into);
  }

  describe(group: Group, row: CountRow): void {
    const text = this.#texts.get(keyOf(group.service, group.id));
    group.template = text?.template ?? '';
    group.sample = text?.sample ?? '';
    const own = this.#current(row.service, row.id);
    if (own !== group.id) group.merged.add(own);
  }

  decisionOf(service: string, id: string): PatternDecision {
    const setting = this.#settings.get(keyOf(service, id));
    if (setting === undefined) return UNDECIDED;
    const { name, isMuted, isPinned, keepOneIn, alsoErrors, savedBytesADay } = setting;
    return { name, isMuted, isPinned, keepOneIn, alsoErrors, savedBytesADay };
  }
}

function keyOf(service: string, id: string): string {
  return `${id} ${service}`;
}
