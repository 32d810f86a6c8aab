import { describe, expect, it } from 'vitest';
import { rulerTicks } from '../src/lib/trace/ticks.ts';
import {
  indentOf,
  parseWindow,
  ROW_PX,
  rowWindow,
  scrollToShow,
  timeToX,
  waterfallGeometry,
  xToTime,
} from '../src/lib/trace/waterfall-geometry.ts';

describe('the geometry of the waterfall', () => {
  const geometry = waterfallGeometry(1200, { fromNs: 1000, toNs: 3000 });

  it('maps the window onto the bars and back', () => {
    expect(timeToX(geometry, 1000)).toBe(geometry.barsLeft);
    expect(timeToX(geometry, 3000)).toBe(geometry.barsLeft + geometry.barsWidth);
    expect(xToTime(geometry, timeToX(geometry, 1700))).toBeCloseTo(1700, 6);
  });

  it('leaves room for names and for bars on any screen', () => {
    for (const width of [0, 320, 800, 4000]) {
      const { namesWidth, barsWidth } = waterfallGeometry(width, { fromNs: 0, toNs: 1 });
      expect(namesWidth).toBeGreaterThanOrEqual(150);
      expect(barsWidth).toBeGreaterThanOrEqual(40);
    }
  });

  it('leaves room for the duration behind a bar that ends with the trace', () => {
    for (const [width, room] of [
      [1180, 60],
      [390, 48],
    ] as const) {
      const whole = waterfallGeometry(width, { fromNs: 0, toNs: 100 });
      expect(width - timeToX(whole, 100)).toBeGreaterThanOrEqual(room);
    }
  });

  it('does not indent deep rows out of sight', () => {
    for (const width of [390, 1200]) {
      const { namesWidth } = waterfallGeometry(width, { fromNs: 0, toNs: 1 });
      expect(indentOf(1000, namesWidth)).toBe(indentOf(14, namesWidth));
      expect(indentOf(1, namesWidth)).toBeGreaterThan(indentOf(0, namesWidth));
      expect(namesWidth - indentOf(1000, namesWidth)).toBeGreaterThanOrEqual(90);
    }
  });

  it('draws the rows of the viewport alone', () => {
    expect(rowWindow(ROW_PX * 100 + 5, ROW_PX * 10, 10_000)).toEqual({ first: 100, end: 111 });
    expect(rowWindow(0, 500, 3)).toEqual({ first: 0, end: 3 });
  });

  it('scrolls as little as needed', () => {
    expect(scrollToShow(5, 0, ROW_PX * 10)).toBe(0);
    expect(scrollToShow(20, 0, ROW_PX * 10)).toBe(ROW_PX * 11);
    expect(scrollToShow(2, ROW_PX * 5, ROW_PX * 10)).toBe(ROW_PX * 2);
  });

  it('reads a zoom from the URL and refuses what is none', () => {
    expect(parseWindow('10-50', 100)).toEqual({ fromNs: 10, toNs: 50 });
    expect(parseWindow('10-500', 100)).toEqual({ fromNs: 10, toNs: 100 });
    expect(parseWindow('500-600', 100)).toEqual({ fromNs: 0, toNs: 100 });
    expect(parseWindow('x', 100)).toEqual({ fromNs: 0, toNs: 100 });
  });

  it('has round ticks inside the window', () => {
    const ticks = rulerTicks({ fromNs: 130, toNs: 990 }, 600);
    expect(ticks).toEqual([200, 400, 600, 800]);
  });

  it('has no ticks within a nanosecond: all of them would say the same', () => {
    expect(rulerTicks({ fromNs: 0, toNs: 1 }, 900)).toEqual([0, 1]);
  });
});
