import { describe, expect, it } from 'vitest';
import { binHeatmap, heatLevel } from '../src/lib/charts/heatmap-bins.ts';
import { cellAt, durationTicks, durationToY, plotBox } from '../src/lib/charts/heatmap-plot.ts';

const MS = 1_000_000;
const WIDE = { columnsMax: 1000, rowsMax: 1000 };

/** Buckets 1, 2, 4, ... 512 ms. */
const bucketsNs = Array.from({ length: 10 }, (_, index) => MS * 2 ** index);

function row(...filled: readonly (readonly [number, number])[]): number[] {
  const counts = new Array<number>(9).fill(0);
  for (const [bucket, count] of filled) counts[bucket] = count;
  return counts;
}

describe('binning a latency heatmap', () => {
  const heatmap = {
    bucketsNs,
    counts: [row([3, 5]), row([3, 1], [4, 7]), row([5, 2]), row([3, 1])],
    errors: [row(), row([4, 3]), row(), row()],
  };

  it('cuts unused durations away but for a margin', () => {
    const bins = binHeatmap(heatmap, 1000, WIDE);
    expect(bins.edgesNs).toEqual(bucketsNs.slice(2, 8));
    expect(bins.rows).toBe(5);
    expect(bins.columns).toBe(4);
    expect(bins.counts[1 * bins.rows + 2]).toBe(7);
    expect(bins.errors[1 * bins.rows + 2]).toBe(3);
    expect(bins.countMax).toBe(7);
    expect(bins.total).toBe(16);
  });

  it('adds neighbours together when there is no room, and loses none', () => {
    const bins = binHeatmap(heatmap, 1000, { columnsMax: 2, rowsMax: 2 });
    expect(bins.columns).toBe(2);
    expect(bins.columnMs).toBe(2000);
    expect(bins.rows).toBe(2);
    expect(bins.total).toBe(16);
    expect(bins.edgesNs.at(0)).toBe(4 * MS);
    expect(bins.edgesNs.at(-1)).toBe(128 * MS);
  });

  it('draws spans that took no time below the others, not far from them', () => {
    // Buckets from 1 ns, doubling: bucket 20 is 1 ms.
    const wide = Array.from({ length: 30 }, (_, index) => 2 ** index);
    const counts = new Array<number>(29).fill(0);
    counts[0] = 3;
    counts[20] = 40;
    counts[21] = 5;
    const bins = binHeatmap({ bucketsNs: wide, counts: [counts], errors: [] }, 1000, WIDE);
    expect(bins.holdsZero).toBe(true);
    expect([...bins.counts]).toEqual([3, 40, 5, 0]);
    expect(bins.edgesNs).toEqual([1, 2 ** 20, 2 ** 21, 2 ** 22, 2 ** 23]);
    const ticks = durationTicks(bins, plotBox(500, 300));
    expect(ticks.every((ns) => ns >= 2 ** 20)).toBe(true);
    const near = [4, 0, 0, 7, ...counts.slice(4).map(() => 0)];
    expect(binHeatmap({ bucketsNs: wide, counts: [near], errors: [] }, 1000, WIDE)).toMatchObject({
      ...{ holdsZero: false, total: 11 },
    });
  });

  it('gives a last bucket without an upper edge one', () => {
    const open = { bucketsNs: [MS, 2 * MS], counts: [[0, 4]], errors: [[0, 0]] };
    expect(binHeatmap(open, 1000, WIDE).edgesNs).toEqual([MS, 2 * MS, 4 * MS]);
  });

  it('is empty, not broken, without requests', () => {
    const bins = binHeatmap({ bucketsNs, counts: [row(), row()], errors: [] }, 1000, WIDE);
    expect(bins.countMax).toBe(0);
    expect(bins.rows).toBe(9);
    const none = binHeatmap({ bucketsNs: [], counts: [], errors: [] }, 1000, WIDE);
    expect(none.total).toBe(0);
  });

  it('shows a single request among thousands', () => {
    expect(heatLevel(0, 10_000)).toBe(0);
    expect(heatLevel(1, 10_000)).toBeCloseTo(0.01, 6);
    expect(heatLevel(10_000, 10_000)).toBe(1);
  });
});

describe('the plot of a heatmap', () => {
  const bins = binHeatmap(
    { bucketsNs, counts: [row([0, 1], [8, 1]), row([2, 1])], errors: [] },
    1000,
    WIDE,
  );
  const box = plotBox(500, 300);

  it('finds the cell under the pointer, short durations at the bottom', () => {
    expect(cellAt(bins, box, { x: box.left + 1, y: box.top + box.height - 1 })).toEqual({
      column: 0,
      row: 0,
    });
    expect(cellAt(bins, box, { x: box.left + box.width - 1, y: box.top + 1 })).toEqual({
      column: 1,
      row: 8,
    });
    expect(cellAt(bins, box, { x: 2, y: 50 })).toBeUndefined();
  });

  it('labels round durations at their logarithm', () => {
    const ticks = durationTicks(bins, box);
    expect(ticks).toEqual([1, 2, 5, 10, 20, 50, 100, 200, 500].map((ms) => ms * MS));
    expect(durationToY(bins, box, MS)).toBeCloseTo(box.top + box.height, 6);
    expect(durationToY(bins, box, 512 * MS)).toBeCloseTo(box.top, 6);
    const halfway = durationToY(bins, box, Math.sqrt(512) * MS);
    expect(halfway).toBeCloseTo(box.top + box.height / 2, 6);
  });
});
