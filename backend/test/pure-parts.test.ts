import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../src/api/cursor.ts';
import { parseInstant } from '../src/api/instant.ts';
import { cutName } from '../src/cut-name.ts';
import { acceptsGzip } from '../src/http/gzip.ts';
import {
  bucketStartNs,
  mergeHistograms,
  quantileNs,
} from '../src/model/services/duration-histogram.ts';
import { preferredOrigin, preferredRows } from '../src/model/services/origin.ts';
import { sumOfMetric } from '../src/status/metrics-page.ts';
import { spread, stepsOf, timeSteps } from '../src/time-steps.ts';
import { newestFirst } from '../src/time-windows.ts';

const HOUR = 3_600_000;

describe('parseInstant', () => {
  it.each([
    ['now', 1_000_000_000],
    ['now-1h', 1_000_000_000 - HOUR],
    ['now+30s', 1_000_030_000],
    ['1790000000000', 1_790_000_000_000],
    ['2026-11-25T10:00:00Z', Date.UTC(2026, 10, 25, 10)],
    ['2026-11-25T10:00:00.250+02:00', Date.UTC(2026, 10, 25, 8) + 250],
    ['2026-11-25', undefined],
    ['yesterday', undefined],
    ['now-1y', undefined],
    ['99999999999999999', undefined],
    ['', undefined],
  ])('reads %s', (text, expected) => {
    expect(parseInstant(text, 1_000_000_000)).toBe(expected);
  });
});

describe('cursors', () => {
  const shape = z.tuple([z.string(), z.number()]);

  it('come back as they were given out', () => {
    expect(decodeCursor(encodeCursor(['1790000000000000001', 7]), shape)).toEqual([
      '1790000000000000001',
      7,
    ]);
  });

  it.each(['', 'x', encodeCursor([1, 2]), 'A'.repeat(600)])(
    'of another form are refused: %s',
    (text) => {
      expect(() => decodeCursor(text, shape)).toThrowError(
        expect.objectContaining({ code: 'BAD_CURSOR' }),
      );
    },
  );
});

describe('names in lists', () => {
  it('are cut where nobody could ask for them, and still differ', () => {
    expect(cutName('x'.repeat(1024))).toBe('x'.repeat(1024));
    const [a, b] = [cutName('x'.repeat(1_000_000)), cutName(`${'x'.repeat(1_000_000)}y`)];
    expect([a.length, b.length]).toEqual([1024, 1024]);
    expect(a).not.toBe(b);
  });
});

describe('time steps', () => {
  it('are of readable width, aligned, and cover the range', () => {
    const steps = timeSteps(
      { from: 90_500, to: 90_500 + HOUR },
      { stepsWanted: 60, stepMsMin: 60_000 },
    );
    expect(steps).toEqual({ fromMs: 60_000, toMs: 90_500 + HOUR, stepMs: 60_000, count: 61 });
  });

  it('never are narrower than the data', () => {
    expect(timeSteps({ from: 0, to: 1000 }, { stepsWanted: 60, stepMsMin: 60_000 }).stepMs).toBe(
      60_000,
    );
  });

  it('stay few for the widest range', () => {
    const { count } = timeSteps(
      { from: 0, to: 400 * 24 * HOUR },
      { stepsWanted: 60, stepMsMin: 60_000 },
    );
    expect(count).toBeLessThanOrEqual(61);
  });

  it('spread values over the range and leave the rest empty', () => {
    const steps = stepsOf({ from: 0, to: 4000 }, 1000);
    expect(spread(steps, { indexes: [1, 9], values: [5, 6] }, 0)).toEqual([0, 5, 0, 0]);
  });
});

describe('time windows', () => {
  it('start at the newest, grow, and cover the range without a gap or an overlap', () => {
    const windows = [...newestFirst({ from: 0, to: 400 * 24 * HOUR })];
    expect(windows[0]?.to).toBe(400 * 24 * HOUR);
    expect(windows.at(-1)?.from).toBe(0);
    for (const [i, window] of windows.slice(1).entries()) expect(window.to).toBe(windows[i]?.from);
    expect(windows.length).toBeLessThanOrEqual(12);
  });

  it('are one for a short range', () => {
    expect([...newestFirst({ from: 5, to: 10 })]).toEqual([{ from: 5, to: 10 }]);
  });
});

describe('duration histograms', () => {
  it('give quantiles within their bucket', () => {
    const histogram = { buckets: [80, 88], counts: [90, 10], maxNs: bucketStartNs(89) - 1 };
    expect(quantileNs(histogram, 0.5)).toBeGreaterThanOrEqual(bucketStartNs(80));
    expect(quantileNs(histogram, 0.5)).toBeLessThan(bucketStartNs(81));
    expect(quantileNs(histogram, 0.95)).toBeGreaterThanOrEqual(bucketStartNs(88));
    expect(quantileNs(histogram, 0.99)).toBeLessThan(bucketStartNs(89));
  });

  it('are at most half a bucket away, wherever in it the durations lie', () => {
    const half = 2 ** (1 / 8) + 1e-6;
    for (const share of [0, 0.01, 0.5, 0.99]) {
      const durationNs = bucketStartNs(89 + share);
      const histogram = { buckets: [89, 95], counts: [97, 3], maxNs: bucketStartNs(95.5) };
      for (const quantile of [0.01, 0.5, 0.95]) {
        const ratio = quantileNs(histogram, quantile) / durationNs;
        expect(Math.max(ratio, 1 / ratio)).toBeLessThanOrEqual(half);
      }
    }
  });

  it('never exceed the longest duration', () => {
    const same = { buckets: [89], counts: [1000], maxNs: 5_000_000 };
    for (const quantile of [0.5, 0.99, 1]) {
      expect(quantileNs(same, quantile)).toBeLessThanOrEqual(5_000_000);
      expect(quantileNs(same, quantile)).toBeGreaterThan(4_980_000);
    }
    expect(quantileNs({ buckets: [0], counts: [1], maxNs: 0 }, 0.5)).toBe(0);
  });

  it('without requests give 0', () => {
    expect(quantileNs({ buckets: [], counts: [], maxNs: 0 }, 0.99)).toBe(0);
  });

  it('add up by bucket', () => {
    const merged = mergeHistograms([
      { buckets: [3, 5], counts: [1, 2], maxNs: 3 },
      { buckets: [1, 5], counts: [4, 8], maxNs: 2 },
    ]);
    expect(merged).toEqual({ buckets: [1, 3, 5], counts: [4, 1, 10], maxNs: 3 });
  });
});

describe('the origin rule', () => {
  it('prefers the SDK where it has server spans', () => {
    expect(
      preferredOrigin([
        { origin: 'ebpf', requests: 9 },
        { origin: 'sdk', requests: 1 },
      ]),
    ).toBe('sdk');
  });

  it('takes the agent where the SDK saw no request', () => {
    expect(
      preferredOrigin([
        { origin: 'sdk', requests: 0 },
        { origin: 'ebpf', requests: 9 },
      ]),
    ).toBe('ebpf');
  });

  it('is decided for each service alone, over all its environments', () => {
    const rows = [
      { service: 'a', environment: 'prod', origin: 'sdk', requests: 1 },
      { service: 'a', environment: '', origin: 'ebpf', requests: 5 },
      { service: 'b', environment: '', origin: 'ebpf', requests: 5 },
    ] as const;
    expect(preferredRows(rows)).toEqual([rows[0], rows[2]]);
  });
});

describe('sumOfMetric', () => {
  const page =
    '# HELP a text\n# TYPE a gauge\na{p="0"} 3\na{p="1"} 4 1700000000000\nab 9\na_b 9\na 1e1\n';

  it('adds the samples of exactly that name', () => {
    expect(sumOfMetric(page, 'a')).toBe(17);
    expect(sumOfMetric(page, 'missing')).toBe(0);
  });
});

describe('acceptsGzip', () => {
  it.each([
    ['gzip', true],
    ['br, gzip;q=0.5', true],
    ['*', true],
    ['gzip;q=0', false],
    ['br', false],
    [undefined, false],
  ])('reads %s', (header, expected) => {
    expect(acceptsGzip(header)).toBe(expected);
  });
});
