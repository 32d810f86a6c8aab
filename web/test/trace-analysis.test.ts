import { describe, expect, it } from 'vitest';
import { findClockSkew } from '../src/lib/trace/clock-skew.ts';
import { criticalNsByRow, criticalPath } from '../src/lib/trace/critical-path.ts';
import { layoutTrace, visibleRows } from '../src/lib/trace/layout.ts';
import { searchRows } from '../src/lib/trace/search.ts';
import {
  ancestorsOf,
  deepest,
  nextErrorRow,
  overviewRows,
  sayTruncated,
  servicesOf,
  stepFound,
} from '../src/lib/trace/trace-summary.ts';
import { type TreeKeyAction, treeKey } from '../src/lib/trace/tree-keys.ts';
import { makeSpan } from './span-fixture.ts';

const MS = 1_000_000;

describe('what is said of a trace that is cut', () => {
  it('has both numbers, and errors that cannot be shown', () => {
    const cut = { spanCount: 12_000, errorCount: 999, spans: [] };
    expect(sayTruncated(cut, 999)).toMatch(/^0 of 12.000 spans/);
    expect(sayTruncated(cut, 999)).not.toContain('not among');
    expect(sayTruncated(cut, 900)).toContain('99 errors are not among them');
  });
});

describe('the critical path', () => {
  it('goes through the child that ended last, and covers the root without a gap', () => {
    const layout = layoutTrace([
      makeSpan({ id: 'root', startNs: 0, durationNs: 100 }),
      makeSpan({ id: 'early', parent: 'root', startNs: 10, durationNs: 30 }),
      makeSpan({ id: 'hidden', parent: 'root', startNs: 50, durationNs: 20 }),
      makeSpan({ id: 'late', parent: 'root', startNs: 45, durationNs: 45 }),
    ]);
    const path = criticalPath(layout);
    const names = path.map(({ row }) => layout.spans[row]?.spanId);
    expect(names).toEqual(['root', 'early', 'root', 'late', 'root']);
    expect(path.map(({ fromNs, toNs }) => [fromNs, toNs])).toEqual([
      [0, 10],
      [10, 40],
      [40, 45],
      [45, 90],
      [90, 100],
    ]);
    expect(criticalNsByRow(path).get(0)).toBe(25);
  });

  it('does not wait for what goes on after the root ended', () => {
    const layout = layoutTrace([
      makeSpan({ id: 'root', startNs: 0, durationNs: 100 }),
      makeSpan({ id: 'async', parent: 'root', startNs: 80, durationNs: 500 }),
    ]);
    const total = criticalPath(layout).reduce((sum, part) => sum + part.toNs - part.fromNs, 0);
    expect(total).toBe(100);
  });

  it('is empty without spans', () => {
    expect(criticalPath(layoutTrace([]))).toEqual([]);
  });
});

describe('clocks that differ', () => {
  const skewed = (aheadNs: number, service: string) =>
    layoutTrace([
      makeSpan({ id: 'a', startNs: 10 * MS, durationNs: 50 * MS, service: 'caller' }),
      makeSpan({ id: 'b', parent: 'a', startNs: 10 * MS - aheadNs, durationNs: MS, service }),
    ]);

  it('are named with both services and by how much', () => {
    expect(findClockSkew(skewed(5 * MS, 'called'))).toEqual([
      { parentService: 'caller', childService: 'called', spanCount: 1, aheadNsMax: 5 * MS },
    ]);
  });

  it('are not suspected within a resource or within a millisecond', () => {
    expect(findClockSkew(skewed(5 * MS, 'caller'))).toEqual([]);
    expect(findClockSkew(skewed(MS / 2, 'called'))).toEqual([]);
  });
});

const shop = layoutTrace([
  makeSpan({ id: 'a', startNs: 0, durationNs: 100, service: 'web' }),
  makeSpan({ id: 'b', parent: 'a', startNs: 1, durationNs: 10, service: 'cart' }),
  makeSpan({ id: 'c', parent: 'b', startNs: 2, durationNs: 3, service: 'cart', error: true }),
  makeSpan({
    id: 'd',
    parent: 'a',
    startNs: 20,
    durationNs: 3,
    service: 'pay',
    error: true,
    attributes: [{ key: 'http.route', type: 'string', value: '/Charge' }],
  }),
]);

describe('search in a trace', () => {
  it('finds services, names, and attributes as key=value, whatever the case', () => {
    expect(searchRows(shop, 'CART')).toEqual([1, 2]);
    expect(searchRows(shop, 'op d')).toEqual([3]);
    expect(searchRows(shop, 'http.route=/charge')).toEqual([3]);
    expect(searchRows(shop, '  ')).toEqual([]);
  });

  it('steps through what was found and starts again at the end', () => {
    expect(stepFound([1, 2], 1, 1)).toBe(2);
    expect(stepFound([1, 2], 2, 1)).toBe(1);
    expect(stepFound([1, 2], 1, -1)).toBe(2);
    expect(stepFound([], 1, 1)).toBe(-1);
  });

  it('goes from error to error', () => {
    expect(nextErrorRow(shop, -1)).toBe(2);
    expect(nextErrorRow(shop, 2)).toBe(3);
    expect(nextErrorRow(shop, 3)).toBe(2);
  });
});

describe('the summary of a trace', () => {
  it('counts services, depth, ancestors, and what an overview closes', () => {
    expect(servicesOf(shop)).toEqual([
      { name: 'web', spanCount: 1 },
      { name: 'cart', spanCount: 2 },
      { name: 'pay', spanCount: 1 },
    ]);
    expect(deepest(shop)).toBe(3);
    expect(ancestorsOf(shop, 2)).toEqual([1, 0]);
    expect(overviewRows(shop, 10)).toEqual([1]);
  });
});

describe('keys in the tree', () => {
  const press = (key: string, row: number, closed: readonly number[] = []) => {
    const collapsed = new Set(closed);
    return treeKey(key, { layout: shop, rows: visibleRows(shop, collapsed), collapsed, row });
  };

  it.each<[string, number, readonly number[], TreeKeyAction | undefined]>([
    ['ArrowDown', 0, [], { kind: 'select', row: 1 }],
    ['ArrowDown', 1, [1], { kind: 'select', row: 3 }],
    ['ArrowDown', 3, [], { kind: 'select', row: 3 }],
    ['ArrowUp', 0, [], { kind: 'select', row: 0 }],
    ['ArrowDown', -1, [], { kind: 'select', row: 0 }],
    ['ArrowRight', 1, [1], { kind: 'toggle', row: 1 }],
    ['ArrowRight', 1, [], { kind: 'select', row: 2 }],
    ['ArrowRight', 2, [], undefined],
    ['ArrowLeft', 1, [], { kind: 'toggle', row: 1 }],
    ['ArrowLeft', 2, [], { kind: 'select', row: 1 }],
    ['End', 0, [], { kind: 'select', row: 3 }],
    ['x', 0, [], undefined],
  ])('%s in row %d with %j closed', (key, row, closed, action) => {
    expect(press(key, row, closed)).toEqual(action);
  });
});
