import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutTrace, type TraceLayout, visibleRows } from '../src/lib/trace/layout.ts';
import { makeSpan, ORIGIN_NANO } from './span-fixture.ts';

function ids(layout: TraceLayout): string[] {
  return layout.spans.map((span) => span.spanId);
}

describe('the layout of a trace', () => {
  it('puts children under their parent, by start, in whatever order spans come', () => {
    const layout = layoutTrace([
      makeSpan({ id: 'b2', parent: 'a', startNs: 50, durationNs: 10 }),
      makeSpan({ id: 'c', parent: 'b1', startNs: 12, durationNs: 3 }),
      makeSpan({ id: 'a', startNs: 0, durationNs: 100 }),
      makeSpan({ id: 'b1', parent: 'a', startNs: 10, durationNs: 20 }),
    ]);
    expect(ids(layout)).toEqual(['a', 'b1', 'c', 'b2']);
    expect([...layout.depth]).toEqual([0, 1, 2, 1]);
    expect([...layout.subtreeEnd]).toEqual([4, 3, 3, 4]);
    expect([...layout.parentRow]).toEqual([-1, 0, 1, 0]);
    expect([...layout.startNs]).toEqual([0, 10, 12, 50]);
    expect(layout.durationNs).toBe(100);
    expect(layout.originUnixNano).toBe(ORIGIN_NANO);
  });

  it('keeps nanoseconds exact although they do not fit a number', () => {
    const layout = layoutTrace([
      makeSpan({ id: 'a', startNs: 1, durationNs: 5 }),
      makeSpan({ id: 'b', parent: 'a', startNs: 3, durationNs: 1 }),
    ]);
    expect([...layout.startNs]).toEqual([0, 2]);
  });

  it('shows a span whose parent did not arrive at the left edge, and counts it', () => {
    const layout = layoutTrace([
      makeSpan({ id: 'a', startNs: 0, durationNs: 10 }),
      makeSpan({ id: 'lost', parent: 'nobody', startNs: 5, durationNs: 1 }),
    ]);
    expect([...layout.depth]).toEqual([0, 0]);
    expect([...layout.orphan]).toEqual([0, 1]);
    expect(layout.orphanCount).toBe(1);
  });

  it('loses no span to loops of parents, to itself as parent, or to a doubled id', () => {
    const layout = layoutTrace([
      makeSpan({ id: 'x', parent: 'y', startNs: 0, durationNs: 1 }),
      makeSpan({ id: 'y', parent: 'x', startNs: 1, durationNs: 1 }),
      makeSpan({ id: 'self', parent: 'self', startNs: 2, durationNs: 1 }),
      makeSpan({ id: 'self', startNs: 3, durationNs: 1 }),
    ]);
    expect(ids(layout).sort()).toEqual(['self', 'self', 'x', 'y']);
  });

  it('is in pre-order for any forest', () => {
    const forest = fc.array(
      fc.record({ parent: fc.nat(60), startNs: fc.nat(1000), durationNs: fc.nat(1000) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(forest, (nodes) => {
        const layout = layoutTrace(
          nodes.map(({ parent, startNs, durationNs }, index) =>
            makeSpan({ id: `s${index}`, parent: `s${parent}`, startNs, durationNs }),
          ),
        );
        expect(new Set(ids(layout)).size).toBe(nodes.length);
        layout.spans.forEach((_, row) => {
          const parent = layout.parentRow[row] ?? -1;
          expect(parent).toBeLessThan(row);
          expect(layout.subtreeEnd[row]).toBeGreaterThan(row);
          if (parent < 0) return;
          expect(layout.depth[row]).toBe((layout.depth[parent] ?? 0) + 1);
          expect(layout.subtreeEnd[row]).toBeLessThanOrEqual(layout.subtreeEnd[parent] ?? 0);
        });
      }),
    );
  });

  it('lays a chain of ten thousand out without recursion', () => {
    const chain = Array.from({ length: 10_000 }, (_, index) =>
      makeSpan({
        id: `s${index}`,
        ...(index === 0 ? {} : { parent: `s${index - 1}` }),
        startNs: index,
        durationNs: 20_000 - index,
      }),
    );
    const layout = layoutTrace(chain);
    expect(layout.depth.at(-1)).toBe(9999);
    expect(layout.subtreeEnd[0]).toBe(10_000);
  });

  it('is empty for no spans', () => {
    const layout = layoutTrace([]);
    expect(layout.spans).toEqual([]);
    expect(visibleRows(layout, new Set()).length).toBe(0);
  });
});

describe('closed subtrees', () => {
  const layout = layoutTrace([
    makeSpan({ id: 'a', startNs: 0, durationNs: 100 }),
    makeSpan({ id: 'b', parent: 'a', startNs: 1, durationNs: 10 }),
    makeSpan({ id: 'c', parent: 'b', startNs: 2, durationNs: 3 }),
    makeSpan({ id: 'd', parent: 'a', startNs: 20, durationNs: 3 }),
  ]);

  it('hide their rows, nested ones too', () => {
    expect([...visibleRows(layout, new Set([1]))]).toEqual([0, 1, 3]);
    expect([...visibleRows(layout, new Set([0, 1]))]).toEqual([0]);
    expect([...visibleRows(layout, new Set())]).toEqual([0, 1, 2, 3]);
  });
});
