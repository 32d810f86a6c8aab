import { describe, expect, it } from 'vitest';
import { stepAt, stepCount } from '../src/lib/charts/draw-stacked-histogram.ts';
import { assignColours } from '../src/lib/charts/series-colours.ts';
import { fold, sparklinePaths } from '../src/lib/charts/sparkline-path.ts';
import { tickLabel, timeTicks } from '../src/lib/charts/time-axis.ts';
import { distinctLabels, pointSteps } from '../src/lib/charts/time-series-options.ts';
import { describeValues } from '../src/lib/metrics/series-values.ts';
import { durationShare } from '../src/lib/services/log-share.ts';
import { latestIndex, ratesOf } from '../src/lib/services/steps.ts';

const SIZE = { width: 100, height: 20 };

describe('the points of a line', () => {
  it('are all of few values, and of many those that no line reaches', () => {
    expect(pointSteps([null, 3, null])).toEqual([1]);
    expect(pointSteps([1, 2, null])).toEqual([0, 1]);
    expect(pointSteps([])).toEqual([]);
    const many = [...Array.from({ length: 50 }, () => 1), null, 7, null];
    expect(pointSteps(many)).toEqual([51]);
  });
});

describe('the labels of an axis', () => {
  it('never repeat', () => {
    expect(distinctLabels(['0 ns', '1 ns', '1 ns', '2 ns'])).toEqual(['0 ns', '1 ns', '', '2 ns']);
  });
});

describe('the sparkline', () => {
  it('stacks errors below the rest of a step', () => {
    const paths = sparklinePaths([10, 0], [5, 0], { width: 20, height: 20 });
    expect(paths.requests).toBe('M0 0.0h9v10.0h-9z');
    expect(paths.errors).toBe('M0 10.0h9v10.0h-9z');
    expect(paths.peak).toBe(10);
  });

  it('draws a step of one request and nothing for none', () => {
    const paths = sparklinePaths([1000, 1, 0], [0, 0, 0], SIZE);
    expect(paths.requests.match(/M/g)).toHaveLength(2);
    expect(sparklinePaths([0, 0], [0, 0], SIZE)).toEqual({ requests: '', errors: '', peak: 0 });
  });

  it('adds steps together rather than draw bars nobody can see', () => {
    const folded = fold(
      Array.from({ length: 1000 }, () => 1),
      48,
    );
    expect(folded.length).toBeLessThanOrEqual(48);
    expect(folded.reduce((sum, value) => sum + value, 0)).toBe(1000);
  });
});

describe('colours of services', () => {
  it('are the same in every trace while there is no clash, and differ within one', () => {
    const names = ['cart', 'checkout', 'frontend', 'payment', 'shipping'];
    const colours = assignColours(names, 10);
    expect(new Set(colours.values()).size).toBe(5);
    expect(assignColours(['cart'], 10).get('cart')).toBe(colours.get('cart'));
  });

  it('repeat when there are more services than colours', () => {
    const names = Array.from({ length: 30 }, (_, index) => `service-${index}`);
    const colours = assignColours(names, 10);
    expect(colours.size).toBe(30);
    expect(new Set(colours.values()).size).toBe(10);
  });
});

describe('axes and steps', () => {
  it('label midnight with the date, other times with the clock', () => {
    expect(tickLabel(new Date(2026, 4, 3))).toBe('3 May');
    expect(tickLabel(new Date(2026, 4, 3, 14, 5))).toBe('14:05');
    expect(tickLabel(new Date(2026, 4, 3, 14, 5, 30))).toBe('14:05:30');
  });

  it('have as many time labels as fit', () => {
    const from = new Date(2026, 4, 3, 12).getTime();
    const ticks = timeTicks(from, from + 3_600_000, 400);
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(ticks.length).toBeLessThanOrEqual(8);
  });

  it('finds the step under the pointer of the log histogram', () => {
    const series = [[1], [], [1, 2, 3, 4]].map((counts) => ({ label: '', colour: '', counts }));
    expect(stepCount(series)).toBe(4);
    expect(stepAt(52, 464, 4)).toBe(0);
    expect(stepAt(451, 464, 4)).toBe(3);
    expect(stepAt(10, 464, 4)).toBe(-1);
  });

  it('puts durations on a log scale from a tenth of a millisecond', () => {
    expect(durationShare(100_000, 1e9)).toBe(0);
    expect(durationShare(5, 1e9)).toBe(0);
    expect(durationShare(10_000_000, 1e9)).toBeCloseTo(0.5, 6);
    expect(durationShare(9e9, 1e9)).toBe(1);
  });
});

describe('rates of a range', () => {
  const range = { fromMs: 0, stepMs: 60_000 };

  it('count the last step by the part of it that has passed', () => {
    expect(ratesOf([60, 60, 30], { ...range, toMs: 150_000 })).toEqual([1, 1, 1]);
  });

  it('leave a step out that has hardly begun', () => {
    expect(ratesOf([60, 60, 3], { ...range, toMs: 121_000 })).toEqual([1, 1, null]);
  });
});

describe('figures beside a chart', () => {
  it('skip steps without a value', () => {
    expect(describeValues([1, null, 3], null)).toEqual({ at: 3, min: 1, mean: 2, max: 3 });
    expect(describeValues([1, null, 3], 1).at).toBeUndefined();
    expect(describeValues([null], null)).toEqual({
      at: undefined,
      min: undefined,
      mean: undefined,
      max: undefined,
    });
    expect(latestIndex([1, 2, null])).toBe(1);
  });
});
