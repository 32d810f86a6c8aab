import { describe, expect, it } from 'vitest';
import { LANES_MAX, layoutFlame, rowAtTime } from '../src/lib/trace/flame-layout.ts';
import { layoutTrace } from '../src/lib/trace/layout.ts';
import { nextErrorRow, serviceRows } from '../src/lib/trace/trace-summary.ts';
import { makeSpan, type SpanOutline } from './span-fixture.ts';

const span = (id: string, more: Omit<SpanOutline, 'id'>) => makeSpan({ id, ...more });

describe('the flame view', () => {
  const trace = layoutTrace([
    span('a', { startNs: 0, durationNs: 100 }),
    span('b', { parent: 'a', startNs: 0, durationNs: 40 }),
    span('c', { parent: 'a', startNs: 20, durationNs: 40 }),
    span('d', { parent: 'b', startNs: 5, durationNs: 10 }),
    span('e', { parent: 'a', startNs: 70, durationNs: 10 }),
  ]);
  const flame = layoutFlame(trace);
  const laneOf = (id: string): number => flame.laneOf[trace.rowBySpanId.get(id) ?? 0] ?? -1;

  it('puts children below their parent and never two at once into a lane', () => {
    expect(laneOf('a')).toBe(0);
    expect(laneOf('b')).toBe(1);
    expect(laneOf('d')).toBe(2);
    expect(laneOf('c')).toBe(2);
    expect(laneOf('e')).toBe(1);
    for (const lane of flame.lanes) {
      lane.slice(1).forEach((row, i) => {
        expect(trace.startNs[row]).toBeGreaterThanOrEqual(trace.endNs[lane[i] ?? 0] ?? 0);
      });
    }
  });

  it('finds the span under a point, and none beside it', () => {
    const lane = flame.lanes[1] ?? [];
    expect(trace.spans[rowAtTime(trace, lane, 10, 0)]?.spanId).toBe('b');
    expect(trace.spans[rowAtTime(trace, lane, 75, 0)]?.spanId).toBe('e');
    expect(rowAtTime(trace, lane, 50, 0)).toBe(-1);
    expect(trace.spans[rowAtTime(trace, lane, 42, 3)]?.spanId).toBe('b');
  });

  it('holds that for spans of any order, crowded and spread', () => {
    const many = layoutTrace(
      Array.from({ length: 3000 }, (_, i) =>
        span(`s${i}`, {
          ...(i === 0 ? {} : { parent: `s${(i - 1) >> 2}` }),
          startNs: i % 3 === 0 ? 5000 : (i * 7919) % 100_000,
          durationNs: 1 + ((i * 31) % 400),
        }),
      ),
    );
    const { lanes, laneOf } = layoutFlame(many);
    expect(lanes.flat()).toHaveLength(3000);
    for (const lane of lanes.slice(0, LANES_MAX - 1)) {
      lane.slice(1).forEach((row, i) => {
        expect(many.startNs[row]).toBeGreaterThanOrEqual(many.endNs[lane[i] ?? 0] ?? 0);
      });
    }
    const later = [...laneOf.keys()].filter((row) => {
      const parent = many.parentRow[row] ?? -1;
      return parent >= 0 && (many.startNs[parent] ?? 0) <= (many.startNs[row] ?? 0);
    });
    expect(later.length).toBeGreaterThan(500);
    for (const row of later) {
      const parent = many.parentRow[row] ?? -1;
      expect(laneOf[row]).toBeGreaterThan(Math.min(laneOf[parent] ?? 0, LANES_MAX - 2));
    }
  });

  it('has a bound on lanes, and says when it is reached', () => {
    const wide = layoutTrace(
      Array.from({ length: LANES_MAX + 10 }, (_, i) =>
        span(`s${i}`, { startNs: i, durationNs: 1e6 }),
      ),
    );
    const { lanes, isCut } = layoutFlame(wide);
    expect(isCut).toBe(true);
    expect(lanes).toHaveLength(LANES_MAX);
    expect(flame.isCut).toBe(false);
  });
});

describe('the tools of a trace', () => {
  const trace = layoutTrace([
    span('a', { startNs: 0, durationNs: 9, service: 'web' }),
    span('b', { parent: 'a', startNs: 1, durationNs: 5, service: 'shop', error: true }),
    span('c', { parent: 'b', startNs: 2, durationNs: 1, service: 'db' }),
    span('d', { parent: 'a', startNs: 7, durationNs: 1, service: 'shop', error: true }),
  ]);

  it('go to the next and to the previous error, around the ends', () => {
    expect(nextErrorRow(trace, -1)).toBe(1);
    expect(nextErrorRow(trace, 1)).toBe(3);
    expect(nextErrorRow(trace, 3)).toBe(1);
    expect(nextErrorRow(trace, 1, -1)).toBe(3);
    expect(nextErrorRow(trace, -1, -1)).toBe(3);
  });

  it('fold what a service called', () => {
    expect(serviceRows(trace, 'shop', 10)).toEqual([1]);
    expect(serviceRows(trace, 'db', 10)).toEqual([]);
  });
});
