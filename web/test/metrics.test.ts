import type { MetricHeatmapResponse, MetricInfo, MetricSeries } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { withParameters } from '../src/lib/location/parameters.ts';
import {
  aggregationsFor,
  freeLetter,
  matchesMetric,
  queryPatch,
  readQueries,
  sayLabels,
  seriesQuery,
  sharedStepMs,
  shiftMs,
} from '../src/lib/metrics/explorer-state.ts';
import { evaluateFormula, parseFormula } from '../src/lib/metrics/formula.ts';
import { heatmapEdges } from '../src/lib/metrics/heatmap-edges.ts';

const metric: MetricInfo = {
  name: 'http.server.request.duration',
  type: 'histogram',
  unit: 's',
  description: 'Duration of requests',
  temporality: 'delta',
  isMonotonic: false,
  services: [],
  own: false,
  seriesCount: 1,
  scopes: [],
  lastSeenMs: 1,
};

const HOUR = 3_600_000;

describe('the catalogue of metrics', () => {
  it('is searched by words in name and description', () => {
    expect(matchesMetric(metric, 'http DURATION')).toBe(true);
    expect(matchesMetric(metric, 'memory')).toBe(false);
  });

  it('offers what suits a metric, the usual first', () => {
    expect(aggregationsFor({ ...metric, type: 'sum', isMonotonic: true })[0]).toBe('rate');
    expect(aggregationsFor({ ...metric, type: 'gauge' })).not.toContain('rate');
    expect(aggregationsFor(metric)[0]).toBe('p95');
    expect(aggregationsFor({ ...metric, type: 'summary' })).not.toContain('p95');
  });
});

describe('queries in the URL', () => {
  const read = (text: string) => readQueries(new URLSearchParams(text));

  it('are the first by full names and others by their letter', () => {
    const queries = read('metric=m&aggregation=max&group=k,l&b=n&b.fn=rate&b.where=x%3D1');
    expect(queries.map(({ letter, name, aggregation }) => [letter, name, aggregation])).toEqual([
      ['a', 'm', 'max'],
      ['b', 'n', 'rate'],
    ]);
    expect(queries[0]?.groupBy).toEqual(['k', 'l']);
    expect(freeLetter(queries)).toBe('c');
    expect(read('metric=m&aggregation=median')[0]?.aggregation).toBeUndefined();
  });

  it('take the service of a link as a condition', () => {
    expect(read('metric=m&service=cart&where=a%3D1')[0]?.where).toBe('service.name="cart" a=1');
  });

  it('are written as they are read', () => {
    const url = new URL('http://x/metrics?metric=m');
    const query = { name: 'n', aggregation: 'p95' as const, groupBy: ['k'], where: 'a=1' };
    const next = withParameters(url, queryPatch('b', query));
    const [, second] = readQueries(new URL(next, url).searchParams);
    expect(second).toEqual({ ...query, letter: 'b' });
    expect(withParameters(new URL(next, url), queryPatch('b', undefined))).toBe(
      '/metrics?metric=m',
    );
  });

  it('ask the API over shared steps, and for an earlier time in whole steps', () => {
    const [query] = read('metric=m&group=k');
    const range = { fromMs: 0, toMs: 24 * HOUR };
    if (query === undefined) throw new Error('there is a query');
    expect(seriesQuery(query, range, 600_000)).toEqual({
      ...{ from: 0, to: 24 * HOUR, name: 'm', groupBy: 'k', stepMs: 600_000 },
    });
    expect(sharedStepMs(range)).toBe(600_000);
    expect(shiftMs('previous', { fromMs: 0, toMs: HOUR + 1 }, 60_000)).toBe(HOUR);
    expect(shiftMs('7d', range, HOUR)).toBe(168 * HOUR);
    expect(sayLabels({ a: '1', b: '' })).toBe('a=1, b not set');
  });
});

describe('a formula', () => {
  const line = (labels: Record<string, string>, values: (number | null)[]): MetricSeries => ({
    labels,
    values,
  });
  const answers = new Map([
    ['a', [line({ route: '/x' }, [1, 2, null]), line({ route: '/y' }, [4, 0, 1])]],
    ['b', [line({ route: '/y' }, [2, 0, 1]), line({ route: '/x' }, [4, 4, 4])]],
    ['c', [line({}, [10, 10, 10])]],
  ]);
  const of = (text: string) => evaluateFormula(parseFormula(text, ['a', 'b', 'c']), answers);

  it('meets lines by their labels, and one line without labels meets all', () => {
    expect(of('a / b * 100')).toEqual([
      line({ route: '/x' }, [25, 50, null]),
      line({ route: '/y' }, [200, null, 100]),
    ]);
    expect(of('c - a')[0]).toEqual(line({ route: '/x' }, [9, 8, null]));
  });

  it('binds as arithmetic does', () => {
    expect(of('1 + 2 * 3 - -4')[0]?.values).toEqual([11, 11, 11]);
    expect(of('(1 + 2) * 3')[0]?.values[0]).toBe(9);
    expect(of('max(c, 12, sqrt(16))')[0]?.values[0]).toBe(12);
  });

  it.each([
    ['a +', 'at character 4: expected a query'],
    ['a b', 'at character 3: expected + - * /'],
    ['d', 'at character 1: there is no query d'],
    ['(a', 'at character 3: expected )'],
    ['rate(a)', 'at character 1: functions are'],
    ['-'.repeat(40), 'too many signs'],
  ])('%s is refused at its place', (text, message) => {
    expect(() => parseFormula(text, ['a', 'b'])).toThrow(message);
  });
});

describe('the heatmap of a metric', () => {
  const answer: MetricHeatmapResponse = {
    ...{ metric, path: 'points', fromMs: 0, toMs: 1, stepMs: 1 },
    bounds: [0, 5, 10],
    counts: [[0, 2, 3, 1]],
    cost: { elapsedMs: 0, rowsRead: 0, bytesRead: 0 },
  };

  it('has positive edges, and a row for what lies above the last bound', () => {
    const { bucketsNs, counts } = heatmapEdges(answer);
    expect(bucketsNs).toEqual([2.5, 5, 10]);
    expect(counts).toEqual([[2, 3, 1]]);
  });

  it('has one row for what lies at zero and below', () => {
    const { bucketsNs, counts } = heatmapEdges({ ...answer, counts: [[7, 2, 3, 1]] });
    expect(bucketsNs).toEqual([1.25, 2.5, 5, 10]);
    expect(counts).toEqual([[7, 2, 3, 1]]);
  });
});
