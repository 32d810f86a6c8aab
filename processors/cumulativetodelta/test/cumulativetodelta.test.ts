import { SondeError } from '@sonde/pipeline';
import { describe, expect, it } from 'vitest';
import { cumulativeToDeltaConfig } from '../src/index.ts';
import {
  at,
  batch,
  double,
  exponential,
  histogram,
  int,
  point,
  pointsOf,
  START,
  start,
  sum,
} from './metrics.ts';

describe('a cumulative sum', () => {
  it('becomes what was added since the point before', async () => {
    const graph = await start();
    await graph.send(batch(sum(int(10, { time: 1 }), double(1.5, { time: 1, attribute: 'b' }))));
    await graph.send(batch(sum(int(25, { time: 2 }), double(2, { time: 2, attribute: 'b' }))));
    expect(pointsOf(graph)).toEqual([
      { startTimeUnixNano: at(0), timeUnixNano: at(1), asInt: '10', temporality: 1 },
      { startTimeUnixNano: at(0), timeUnixNano: at(1), asDouble: 1.5, temporality: 1 },
      { startTimeUnixNano: at(1), timeUnixNano: at(2), asInt: '15', temporality: 1 },
      { startTimeUnixNano: at(1), timeUnixNano: at(2), asDouble: 0.5, temporality: 1 },
    ]);
  });

  it('is exact beyond 2^53', async () => {
    const graph = await start();
    await graph.send(batch(sum(int('9007199254740993', { time: 1 }))));
    await graph.send(batch(sum(int('9007199254740996', { time: 2 }))));
    expect(pointsOf(graph)[1]).toMatchObject({ asInt: '3' });
  });

  it('loses the point of a reset, and goes on behind it', async () => {
    const graph = await start();
    for (const [value, time] of [
      [100, 1],
      [7, 2],
      [9, 3],
    ] as const) {
      await graph.send(batch(sum(int(value, { time }))));
    }
    expect(pointsOf(graph).map(({ asInt }) => asInt)).toEqual(['100', '2']);
  });

  it('with another start time is another series', async () => {
    const graph = await start();
    await graph.send(batch(sum(int(100, { time: 1 }))));
    await graph.send(batch(sum(int(150, { time: 5, start: at(4) }))));
    expect(pointsOf(graph).map(({ asInt }) => asInt)).toEqual(['100', '150']);
  });

  it('drops what comes out of order, and counts nothing twice', async () => {
    const graph = await start();
    for (const [value, time] of [
      [10, 1],
      [30, 3],
      [20, 2],
      [40, 4],
    ] as const) {
      await graph.send(batch(sum(int(value, { time }))));
    }
    expect(pointsOf(graph).map(({ asInt }) => asInt)).toEqual(['10', '20', '10']);
  });

  it('drops points without a value and hands on those that are no number', async () => {
    const graph = await start();
    const nothing = point({ flags: 1 }, { time: 1 });
    await graph.send(batch(sum(nothing, double('NaN', { time: 1, attribute: 'b' }))));
    expect(pointsOf(graph)).toEqual([
      { startTimeUnixNano: at(0), timeUnixNano: at(1), asDouble: 'NaN', temporality: 1 },
    ]);
  });

  it('is left alone when it is no monotonic one, a delta already, or a gauge', async () => {
    const graph = await start();
    const dataPoints = [int(1, { time: 1 })];
    const telemetry = batch(
      { name: 'a', sum: { dataPoints, aggregationTemporality: 2 } },
      { name: 'b', sum: { dataPoints, aggregationTemporality: 1, isMonotonic: true } },
      { name: 'c', gauge: { dataPoints } },
    );
    await graph.send(telemetry);
    expect(graph.arrived[0]).toBe(telemetry);
  });
});

describe('the first point of a series', () => {
  const old = String(START - 1_000_000_000_000_000_000n);

  it.each([
    ['auto', at(0), 1],
    ['auto', old, 0],
    ['auto', at(1), 0],
    ['keep', old, 1],
    ['drop', at(0), 0],
  ])('is handed on or not: %s, started %s', async (initial, from, count) => {
    const graph = await start(`{initial_value: ${initial}}`);
    await graph.send(batch(sum(int(5, { time: 1, start: from }))));
    expect(pointsOf(graph)).toHaveLength(count);
    await graph.send(batch(sum(int(8, { time: 2, start: from }))));
    expect(pointsOf(graph).at(-1)).toMatchObject({ asInt: '3', startTimeUnixNano: at(1) });
  });
});

describe('a cumulative histogram', () => {
  const bars = (count: number, total: number, bucketCounts: readonly number[]): object => ({
    count: String(count),
    sum: total,
    min: 1,
    max: 9,
    bucketCounts: bucketCounts.map(String),
    explicitBounds: [1, 5],
  });

  it('becomes what was added, without extremes', async () => {
    const graph = await start();
    await graph.send(batch(histogram(point(bars(3, 10, [1, 1, 1]), { time: 1 }))));
    await graph.send(batch(histogram(point(bars(6, 25, [1, 3, 2]), { time: 2 }))));
    expect(pointsOf(graph)[1]).toEqual({
      startTimeUnixNano: at(1),
      timeUnixNano: at(2),
      count: '3',
      sum: 15,
      bucketCounts: ['0', '2', '1'],
      explicitBounds: [1, 5],
      temporality: 1,
    });
  });

  it('loses the point where its buckets fall or change, and goes on behind it', async () => {
    const graph = await start();
    const other = { ...bars(9, 30, [3, 3, 3]), explicitBounds: [1, 6] };
    for (const [fields, time] of [
      [bars(3, 10, [1, 1, 1]), 1],
      [bars(4, 10, [0, 3, 1]), 2],
      [bars(5, 12, [1, 3, 1]), 3],
      [other, 4],
    ] as const) {
      await graph.send(batch(histogram(point(fields, { time }))));
    }
    expect(pointsOf(graph).map(({ count }) => count)).toEqual(['3', '1']);
  });
});

describe('a cumulative exponential histogram', () => {
  const side = (offset: number, counts: readonly number[]): object => ({
    offset,
    bucketCounts: counts.map(String),
  });
  const bars = (fields: object): object => ({ sum: 0, zeroCount: '0', scale: 1, ...fields });

  it('becomes what was added, whatever moved', async () => {
    const graph = await start();
    const first = bars({ count: '6', sum: 10, zeroCount: '1', positive: side(2, [1, 2, 2]) });
    const second = bars({
      count: '12',
      sum: 30,
      zeroCount: '2',
      positive: side(1, [1, 2, 2, 3, 1]),
      negative: side(0, [1]),
    });
    await graph.send(batch(exponential(point(first, { time: 1 }))));
    await graph.send(batch(exponential(point(second, { time: 2 }))));
    expect(pointsOf(graph)[1]).toMatchObject({
      startTimeUnixNano: at(1),
      count: '6',
      sum: 20,
      zeroCount: '1',
      positive: { offset: 1, bucketCounts: ['1', '1', '0', '1', '1'] },
      negative: { bucketCounts: ['1'] },
    });
  });

  it('is compared at the coarser scale', async () => {
    const graph = await start();
    const fine = bars({ count: '4', positive: side(-1, [1, 1, 1, 1]) });
    // Buckets -1 | 0 1 | 2 of scale 1 are -1 | 0 | 1 of scale 0.
    const coarse = bars({ count: '7', scale: 0, positive: side(-1, [1, 3, 3]) });
    await graph.send(batch(exponential(point(fine, { time: 1 }))));
    await graph.send(batch(exponential(point(coarse, { time: 2 }))));
    expect(pointsOf(graph)[1]).toMatchObject({
      count: '3',
      positive: { offset: -1, bucketCounts: ['0', '1', '2'] },
    });
  });

  it('counts what fell below a wider threshold as zero', async () => {
    const graph = await start();
    const narrow = bars({ count: '3', scale: 0, zeroCount: '1', positive: side(0, [1, 1]) });
    const wide = bars({
      count: '5',
      scale: 0,
      zeroCount: '3',
      zeroThreshold: 2,
      positive: side(1, [2]),
    });
    await graph.send(batch(exponential(point(narrow, { time: 1 }))));
    await graph.send(batch(exponential(point(wide, { time: 2 }))));
    expect(pointsOf(graph)[1]).toMatchObject({
      count: '2',
      zeroCount: '1',
      positive: { offset: 1, bucketCounts: ['1'] },
    });
  });

  it('loses the point of a reset', async () => {
    const graph = await start();
    const high = bars({ count: '4', positive: side(0, [4]) });
    const moved = bars({ count: '5', positive: side(3, [5]) });
    await graph.send(batch(exponential(point(high, { time: 1 }))));
    await graph.send(batch(exponential(point(moved, { time: 2 }))));
    expect(pointsOf(graph)).toHaveLength(1);
  });
});

describe('what is remembered', () => {
  it('is taken back when the next step refuses, so that another try loses nothing', async () => {
    const graph = await start();
    await graph.send(batch(sum(int(10, { time: 1 }))));
    graph.refusal = new SondeError('UNAVAILABLE', 'away');
    const second = batch(sum(int(25, { time: 2 })));
    await expect(graph.send(second)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    graph.refusal = undefined;
    await graph.send(second);
    await graph.send(batch(sum(int(26, { time: 3 }))));
    expect(pointsOf(graph).map(({ asInt }) => asInt)).toEqual(['10', '15', '1']);
  });

  it('is of the series that were seen last', async () => {
    const graph = await start('{max_streams: 2}');
    const of = (attribute: string, value: number, time: number): object =>
      int(value, { time, attribute });
    await graph.send(batch(sum(of('a', 1, 1), of('b', 1, 1))));
    await graph.send(batch(sum(of('a', 2, 2), of('c', 1, 2))));
    await graph.send(batch(sum(of('a', 3, 3), of('b', 5, 3))));
    // b is new again: its whole value.
    expect(pointsOf(graph).map(({ asInt }) => asInt)).toEqual(['1', '1', '1', '1', '1', '5']);
    expect(graph.logger.lines.some(({ message }) => message.includes('max_streams'))).toBe(true);
  });

  it('goes with its staleness', async () => {
    const graph = await start('{max_staleness: 1ms}');
    await graph.send(batch(sum(int(10, { time: 1 }))));
    const begun = Date.now();
    await expect.poll(() => Date.now() - begun).toBeGreaterThan(5);
    await graph.send(batch(sum(int(1, { time: 1, attribute: 'b' }))));
    await graph.send(batch(sum(int(25, { time: 2 }))));
    expect(pointsOf(graph).at(-1)).toMatchObject({ asInt: '25' });
  });
});

describe('the configuration of cumulativetodelta', () => {
  const messages = (raw: unknown): readonly string[] =>
    cumulativeToDeltaConfig.safeParse(raw).error?.issues.map(({ message }) => message) ?? [];

  it('names metrics and types to convert', async () => {
    const config =
      '{include: {metrics: [req.*], match_type: regexp}, exclude: {metric_types: [Histogram]}}';
    const graph = await start(config);
    const dataPoints = [int(1, { time: 1 })];
    const cumulative = { dataPoints, aggregationTemporality: 2, isMonotonic: true };
    await graph.send(batch(sum(int(1, { time: 1 })), { name: 'other', sum: cumulative }));
    expect(pointsOf(graph).map(({ temporality }) => temporality)).toEqual([1, 2]);
  });

  it("refuses in upstream's words", () => {
    expect(messages({ include: { metrics: ['a'] } })).toEqual([
      'match_type must be set if metrics are supplied',
    ]);
    expect(messages({ exclude: { match_type: 'strict' } })).toEqual([
      'metrics must be supplied if match_type is set',
    ]);
    expect(messages({ include: { metric_types: ['gauge'] } })).toEqual([
      'found invalid metric type in include.metric_types: gauge. Valid values are [exponentialhistogram histogram sum]',
    ]);
    expect(messages({ include: { metrics: ['('], match_type: 'regexp' } })[0]).toContain('regexp');
    expect(messages({ include: { metrics: ['a'], match_type: 'expr' } })[0]).toContain(
      "unrecognized match_type: 'expr'",
    );
    expect(messages({ initial_value: 'some' })).toHaveLength(1);
  });
});
