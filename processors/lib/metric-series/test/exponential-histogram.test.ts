import { describe, expect, it } from 'vitest';
import { ExponentialHistogram } from '../src/index.ts';

const HEAD = { timeUnixNano: 0 };

/** Values over `orders` powers of ten, the same each time. */
function valuesOver(orders: number): readonly number[] {
  return Array.from(
    { length: 3000 },
    (_, index) => 10 ** ((((index * 7919) % 3000) / 3000) * orders),
  );
}

function histogramOf(values: readonly number[], size: number): ExponentialHistogram {
  const histogram = new ExponentialHistogram(size);
  for (const value of values) histogram.observe(value, 1);
  return histogram;
}

describe('an exponential histogram', () => {
  it.each([
    [160, 3],
    [160, 9],
    [20, 12],
    [2, 300],
  ])(
    'of %i buckets has each of values over %i orders between the bounds of its bucket',
    (size, orders) => {
      const values = valuesOver(orders);
      const { scale, positive, count } = histogramOf(values, size).point(HEAD);
      const counts = positive?.bucketCounts.map(Number) ?? [];
      expect(counts.length).toBeLessThanOrEqual(size);
      expect(count).toBe(values.length);
      const base = 2 ** (2 ** -scale);
      const bound = (bucket: number): number => base ** ((positive?.offset ?? 0) + bucket);
      const expected = counts.map(
        (_, bucket) =>
          values.filter((value) => value > bound(bucket) && value <= bound(bucket + 1)).length,
      );
      for (const [bucket, counted] of counts.entries()) {
        // On a bound, the logarithm may say either.
        expect(Math.abs(counted - (expected[bucket] ?? 0))).toBeLessThanOrEqual(1);
      }
    },
  );

  it('has a power of two below its bound, at every scale', () => {
    const values = [0.25, 0.5, 1, 2, 4, 1024];
    for (const size of [160, 4, 2]) {
      const { scale, positive } = histogramOf(values, size).point(HEAD);
      const base = 2 ** (2 ** -scale);
      const first = base ** ((positive?.offset ?? 0) + 1);
      expect(first).toBeGreaterThan(0.249);
      expect(base ** (positive?.offset ?? 0)).toBeLessThan(0.2499999);
    }
  });

  it('keeps zeros apart and has no scale for them alone', () => {
    const zeros = new ExponentialHistogram(0);
    zeros.observe(0, 3);
    expect(zeros.point(HEAD)).toMatchObject({ count: 3, zeroCount: 3, scale: 0, sum: 0, min: 0 });
  });

  it('counts fractions so that buckets add up', () => {
    const histogram = new ExponentialHistogram(160);
    for (let index = 1; index <= 1000; index++) histogram.observe(index, 16 / 15);
    const { count, positive, sum } = histogram.point(HEAD);
    expect(count).toBe(Math.round((1000 * 16) / 15));
    expect(positive?.bucketCounts.reduce<number>((all, each) => all + Number(each), 0)).toBe(count);
    expect(sum).toBeCloseTo((500_500 * 16) / 15, 3);
  });
});
