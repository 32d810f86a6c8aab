import { describe, expect, it } from 'vitest';
import { bucketOf, durationBands } from '../src/traces/analysis/compare/duration-bands.ts';
import {
  explainGroups,
  type FeatureSet,
  groupOf,
  strongestFeatures,
} from '../src/traces/analysis/compare/explain-groups.ts';
import { significance } from '../src/traces/analysis/compare/significance.ts';
import { Breakdown } from '../src/traces/analysis/latency/breakdown.ts';
import { FlameGraph, type Operation } from '../src/traces/analysis/latency/flame-graph.ts';
import { type TraceSpans, traceTree } from '../src/traces/analysis/latency/trace-tree.ts';
import { criticalTimes, wallTimes } from '../src/traces/analysis/latency/wall-time.ts';

interface Seed {
  readonly parent?: number;
  readonly from: number;
  readonly to: number;
  readonly operation?: number;
}

/** Spans by their place; a parent is the place of another, -1 one that is not there. */
function trace(seeds: readonly Seed[]): TraceSpans {
  return {
    selected: true,
    weight: 1,
    cut: 0,
    operations: seeds.map(({ operation = 0 }) => operation),
    parents: seeds.map(({ parent }) => (parent === undefined ? 0 : parent < 0 ? -1 : parent + 1)),
    starts: seeds.map(({ from }) => from),
    durations: seeds.map(({ from, to }) => to - from),
    errors: seeds.map(() => 0),
  };
}

const treeOf = (seeds: readonly Seed[]) => traceTree(trace(seeds), () => false);
const walls = (seeds: readonly Seed[]): number[] => [...wallTimes(treeOf(seeds))];

describe('wall-clock time of a trace', () => {
  it('belongs to the deepest running span, and adds up to the whole', () => {
    const seeds = [
      { from: 0, to: 100 },
      { parent: 0, from: 10, to: 60 },
      { parent: 1, from: 20, to: 30 },
    ];
    expect(walls(seeds)).toEqual([50, 40, 10]);
  });

  it('is shared by spans that run side by side', () => {
    const seeds = [
      { from: 0, to: 100 },
      { parent: 0, from: 0, to: 80 },
      { parent: 0, from: 40, to: 100 },
    ];
    expect(walls(seeds)).toEqual([0, 60, 40]);
  });

  it('never is more than the root lasted, whatever hundreds of children do', () => {
    const children = Array.from({ length: 300 }, (_, i) => ({
      parent: i < 10 ? 0 : (i * 7) % 10,
      from: (i * 37) % 900,
      to: ((i * 37) % 900) + 5 + ((i * 13) % 300),
    }));
    const times = walls([{ from: 0, to: 1000 }, ...children]);
    expect(times.reduce((sum, time) => sum + time, 0)).toBeCloseTo(1000);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(0);
  });

  it('has spans that last no time, and those that end before they begin', () => {
    const seeds = [
      { from: 0, to: 10 },
      { parent: 0, from: 5, to: 5 },
      { parent: 0, from: 6, to: 2 },
    ];
    expect(walls(seeds)).toEqual([10, 0, 0]);
    expect(treeOf(seeds).notes.negativeDurations).toBe(1);
  });
});

describe('the critical path', () => {
  it('leads from the end into the child that ended last, and adds up to the whole', () => {
    const seeds = [
      { from: 0, to: 100 },
      { parent: 0, from: 5, to: 50 },
      { parent: 0, from: 10, to: 90 },
    ];
    expect([...criticalTimes(treeOf(seeds))]).toEqual([20, 0, 80]);
  });

  it('takes children one after the other', () => {
    const seeds = [
      { from: 0, to: 100 },
      { parent: 0, from: 10, to: 40 },
      { parent: 0, from: 50, to: 90 },
    ];
    expect([...criticalTimes(treeOf(seeds))]).toEqual([30, 30, 40]);
  });
});

describe('a trace that is not as it should be', () => {
  it('may hold cycles: the earliest span is the first, and the rest is counted', () => {
    const tree = treeOf([
      { parent: 1, from: 5, to: 9 },
      { parent: 0, from: 1, to: 20 },
      { parent: 2, from: 0, to: 3 },
    ]);
    expect(tree.notes.inCycles).toBe(3);
    expect(tree.parents).toEqual([1, -1, -1]);
    expect(tree.order).toHaveLength(3);
  });

  it('may miss parents: what is below stands under its own frame', () => {
    const graph = new FlameGraph(OPERATIONS);
    graph.add(
      trace([
        { from: 0, to: 10 },
        { parent: -1, from: 2, to: 6, operation: 1 },
      ]),
    );
    const frames = graph.finish();
    expect(graph.notes.missingParents).toBe(1);
    const lost = frames.findIndex(({ operation }) => operation === -1);
    expect(frames.find(({ parent }) => parent === lost)?.operation).toBe(1);
  });

  it('may have a clock that is hours off: what fits is put into its caller', () => {
    const tree = traceTree(
      trace([
        { from: 0, to: 100 },
        { parent: 0, from: 7_200_000, to: 7_200_040, operation: 1 },
      ]),
      (operation) => operation === 1,
    );
    expect([tree.starts[1], tree.ends[1]]).toEqual([30, 70]);
    expect(tree.notes.skewed).toBe(1);
  });

  it('does not blame clocks for a server that ends after its caller, or begins a moment before', () => {
    const ms = 1_000_000;
    const notesOf = (from: number, to: number) =>
      traceTree(
        trace([
          { from: 0, to: 100 * ms },
          { parent: 0, from: from * ms, to: to * ms, operation: 1 },
        ]),
        (operation) => operation === 1,
      ).notes.skewed;
    expect(notesOf(40, 110)).toBe(0);
    expect(notesOf(-0.4, 60)).toBe(0);
    expect(notesOf(-2, 60)).toBe(1);
    expect(notesOf(102, 160)).toBe(1);
  });

  it('may be a chain of a thousand spans: the graph ends at its depth, and loses no time', () => {
    const chain = Array.from({ length: 1000 }, (_, i) => ({
      ...(i === 0 ? {} : { parent: i - 1 }),
      ...{ from: i, to: 2000 - i, operation: i % 2 },
    }));
    const graph = new FlameGraph(OPERATIONS);
    graph.add(trace(chain));
    const frames = graph.finish();
    expect(frames.length).toBeLessThan(200);
    expect(frames[0]?.selected.total).toBeCloseTo(2000);
  });

  it('may bring a new name every time: paths beyond the bound are one', () => {
    const graph = new FlameGraph(OPERATIONS);
    for (let i = 0; i < 30_000; i++) graph.add(trace([{ from: 0, to: 10, operation: i }]));
    const frames = graph.finish();
    expect(frames.length).toBeLessThanOrEqual(20_001);
    expect(frames[0]?.selected.total).toBe(300_000);
    expect(frames.find(({ operation }) => operation === -2)).toBeDefined();
  });
});

const OPERATIONS: readonly Operation[] = [
  { service: 'web', name: 'GET /', kind: 2, peer: '' },
  { service: 'web', name: 'GET cart', kind: 3, peer: '' },
  { service: 'cart', name: 'list', kind: 2, peer: '' },
  { service: 'web', name: 'dns.lookup', kind: 1, peer: '' },
  { service: 'cart', name: 'SELECT', kind: 3, peer: 'postgresql' },
];

describe('the breakdown of a service', () => {
  const spans = trace([
    { from: 0, to: 100, operation: 0 },
    { parent: 0, from: 10, to: 70, operation: 1 },
    { parent: 1, from: 10, to: 20, operation: 3 },
    { parent: 1, from: 25, to: 65, operation: 2 },
    { parent: 3, from: 30, to: 50, operation: 4 },
  ]);

  it('gives its own time, that of each service with all below, and of making connections', () => {
    const breakdown = new Breakdown('web', OPERATIONS);
    breakdown.add(spans);
    const times = breakdown.parts.map(({ name, selected }) => [name, selected.time]);
    expect(Object.fromEntries(times)).toEqual({ web: 40, cart: 50, dns: 10 });
    expect(breakdown.time.selected).toBe(100);
  });

  it('names a dependency that has no spans of its own', () => {
    const breakdown = new Breakdown('cart', OPERATIONS);
    breakdown.add(spans);
    const times = breakdown.parts.map(({ kind, name, selected }) => [kind, name, selected.time]);
    expect(times).toEqual([
      ['own', 'cart', 20],
      ['dependency', 'postgresql', 20],
    ]);
  });
});

describe('significance', () => {
  it('is none for equal shares, grows with traces and shrinks with comparisons', () => {
    expect(
      significance({ selected: 10, baseline: 100 }, { selected: 100, baseline: 1000 }, 1),
    ).toBeCloseTo(0);
    const few = significance({ selected: 9, baseline: 10 }, { selected: 10, baseline: 100 }, 1);
    const many = significance(
      { selected: 90, baseline: 100 },
      { selected: 100, baseline: 1000 },
      1,
    );
    expect(few).toBeGreaterThan(5);
    expect(many).toBeGreaterThan(50);
    const tried = significance(
      { selected: 9, baseline: 10 },
      { selected: 10, baseline: 100 },
      1000,
    );
    expect(few - tried).toBeCloseTo(3);
    expect(significance({ selected: 1e6, baseline: 0 }, { selected: 1e6, baseline: 1e6 }, 1)).toBe(
      300,
    );
  });
});

describe('bands of time', () => {
  it('tell two delays of one operation apart', () => {
    const histogram = new Map<number, { selected: number; baseline: number }>();
    const add = (ms: number, selected: number, baseline: number): void => {
      const bucket = bucketOf(ms * 1e6);
      const known = histogram.get(bucket) ?? { selected: 0, baseline: 0 };
      histogram.set(bucket, {
        selected: known.selected + selected,
        baseline: known.baseline + baseline,
      });
    };
    for (let ms = 10; ms < 20; ms++) add(ms, 5, 100);
    for (let ms = 60; ms < 66; ms++) add(ms, 10, 0);
    for (let ms = 110; ms < 120; ms++) add(ms, 10, 1);
    const bands = durationBands(histogram, { selected: 210, baseline: 1010 });
    expect(bands.map(({ counts }) => counts.selected)).toEqual([60, 100]);
  });
});

describe('groups that explain a selection', () => {
  const totals = { selected: 200, baseline: 1000 };
  const feature = (source: string, selected: number, baseline: number) => ({
    source,
    counts: { selected, baseline },
  });

  it('are two causes rather than the one thing that both lead to', () => {
    const features = strongestFeatures(
      [
        feature('root time', 190, 60),
        feature('cause a', 100, 2),
        feature('follows a', 98, 3),
        feature('cause b', 90, 1),
        feature('noise', 20, 100),
      ],
      totals,
    );
    const bit = (source: string): number =>
      1 << features.findIndex((each) => each.source === source);
    const sets: FeatureSet[] = [
      { bits: bit('root time') | bit('cause a') | bit('follows a'), selected: 98, baseline: 2 },
      { bits: bit('root time') | bit('cause a'), selected: 2, baseline: 0 },
      { bits: bit('root time') | bit('cause b'), selected: 90, baseline: 1 },
      { bits: bit('root time'), selected: 0, baseline: 57 },
      { bits: 0, selected: 10, baseline: 940 },
    ];
    const groups = explainGroups(features, sets, totals);
    const named = groups.map((group) => group.features.map((i) => features[i]?.source));
    expect(named).toEqual([['cause b'], ['cause a', 'follows a']]);
    expect(groups.map(({ counts }) => counts.selected)).toEqual([90, 100]);
    expect(
      groupOf(
        bit('cause b'),
        groups.map((group) => group.features),
      ),
    ).toBe(0);
    expect(
      groupOf(
        0,
        groups.map((group) => group.features),
      ),
    ).toBe(-1);
  });

  it('are none when nothing explains it', () => {
    const features = strongestFeatures([feature('noise', 20, 100)], totals);
    expect(explainGroups(features, [{ bits: 0, ...totals }], totals)).toEqual([]);
  });
});
