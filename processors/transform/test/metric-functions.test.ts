import { jsonOf, requestOf, TestGraph, telemetryOf } from '@sonde/processor-test-graph';
import { describe, expect, it } from 'vitest';
import { transformProcessorFactory as factory, transformConfig } from '../src/index.ts';

async function metrics(statements: string[], given: object[]): Promise<unknown> {
  const config = JSON.stringify({ metric_statements: [{ context: 'metric', statements }] });
  const graph = await TestGraph.start({ factory, signal: 'metrics', config });
  const request = { resourceMetrics: [{ scopeMetrics: [{ metrics: given }] }] };
  await graph.send(telemetryOf([requestOf('metrics', request)]));
  await graph.stop();
  const [json] = graph.arrived.flatMap(jsonOf);
  return Object(json).resourceMetrics[0].scopeMetrics[0].metrics;
}

const at = { startTimeUnixNano: '1', timeUnixNano: '5' };
const attribute = (key: string, stringValue: string): object => ({ key, value: { stringValue } });
const GAUGE = { name: 'g', gauge: { dataPoints: [{ ...at, asInt: '7' }] } };
const HISTOGRAM = {
  name: 'h',
  description: 'd',
  unit: 's',
  histogram: {
    aggregationTemporality: 1,
    dataPoints: [
      {
        ...at,
        attributes: [attribute('k', 'v')],
        count: '17',
        sum: 9.5,
        bucketCounts: ['5', '8', '3', '1'],
        explicitBounds: [0.1, 0.5, 1],
      },
    ],
  },
};
const SUMMARY = {
  name: 'q',
  unit: 'ms',
  summary: {
    dataPoints: [{ ...at, count: '2', sum: 5, quantileValues: [{ quantile: 1, value: 2 }] }],
  },
};

describe('functions of the metric context', () => {
  it('turn sums into gauges and back', async () => {
    const [sum] = Object(await metrics(['convert_gauge_to_sum("delta", true)'], [GAUGE]));
    const data = { aggregationTemporality: 1, isMonotonic: true, ...GAUGE.gauge };
    expect(sum).toEqual({ name: 'g', sum: data });
    expect(await metrics(['convert_sum_to_gauge() where name == "g"'], [sum])).toEqual([GAUGE]);
    expect(await metrics(['convert_sum_to_gauge()'], [HISTOGRAM])).toEqual([HISTOGRAM]);
  });

  it('extract count and sum as metrics of their own, which later statements see', async () => {
    const made = await metrics(
      ['extract_sum_metric(true)', 'extract_count_metric(false, ".n")', 'set(description, name)'],
      [HISTOGRAM, GAUGE],
    );
    const point = { attributes: [attribute('k', 'v')], ...at };
    expect(made).toEqual([
      { ...HISTOGRAM, description: 'h' },
      { ...GAUGE, description: 'g' },
      {
        name: 'h_sum',
        description: 'h_sum',
        unit: 's',
        sum: {
          aggregationTemporality: 1,
          isMonotonic: true,
          dataPoints: [{ ...point, asDouble: 9.5 }],
        },
      },
      {
        name: 'h.n',
        description: 'h.n',
        unit: '1',
        sum: { aggregationTemporality: 1, dataPoints: [{ ...point, asInt: '17' }] },
      },
    ]);
  });

  it('convert the values of summaries', async () => {
    const made = await metrics(
      [
        'convert_summary_count_val_to_sum("delta", true)',
        'convert_summary_sum_val_to_sum("cumulative", false, ".s")',
      ],
      [SUMMARY, GAUGE],
    );
    expect(Object(made).slice(2)).toEqual([
      {
        name: 'q_count',
        unit: 'ms',
        sum: {
          aggregationTemporality: 1,
          isMonotonic: true,
          dataPoints: [{ ...at, asInt: '2' }],
        },
      },
      {
        name: 'q.s',
        unit: 'ms',
        sum: { aggregationTemporality: 2, dataPoints: [{ ...at, asDouble: 5 }] },
      },
    ]);
  });

  it('copy and scale metrics', async () => {
    expect(await metrics(['copy_metric(name="x", unit="By") where name == "g"'], [GAUGE])).toEqual([
      GAUGE,
      { ...GAUGE, name: 'x', unit: 'By' },
    ]);
    const [gauge, histogram, summary] = Object(
      await metrics(['scale_metric(10.0, "ds")'], [GAUGE, HISTOGRAM, SUMMARY]),
    );
    expect(gauge).toMatchObject({ unit: 'ds', gauge: { dataPoints: [{ asInt: '70' }] } });
    const points = [{ sum: 95, explicitBounds: [1, 5, 10], bucketCounts: ['5', '8', '3', '1'] }];
    expect(histogram).toMatchObject({ unit: 'ds', histogram: { dataPoints: points } });
    const scaled = { sum: 50, quantileValues: [{ quantile: 1, value: 20 }] };
    expect(summary).toMatchObject({ summary: { dataPoints: [scaled] } });
  });

  it('aggregate points', async () => {
    const point = (state: string, cpu: string, asInt: string): object => ({
      ...at,
      attributes: [attribute('state', state), attribute('cpu', cpu)],
      asInt,
    });
    const given = {
      name: 'm',
      gauge: { dataPoints: [point('a', '0', '1'), point('a', '1', '4'), point('b', '1', '9')] },
    };
    const values = async (statement: string): Promise<unknown> => {
      const [made] = Object(await metrics([statement], [given]));
      return made.gauge.dataPoints.map((one: object) => Object(one).asInt);
    };
    expect(await values('aggregate_on_attributes("sum", ["state"])')).toEqual(['5', '9']);
    expect(await values('aggregate_on_attributes("max", [])')).toEqual(['9']);
    expect(await values('aggregate_on_attributes("median", [])')).toEqual(['4']);
    expect(await values('aggregate_on_attributes("mean", ["cpu"])')).toEqual(['1', '6']);
    expect(await values('aggregate_on_attributes("count", [])')).toEqual(['3']);
    expect(await values('aggregate_on_attributes("sum")')).toEqual(['1', '4', '9']);
    const byValue = 'aggregate_on_attribute_value("sum", "state", ["a", "b"], "ab")';
    expect(await values(byValue)).toEqual(['1', '13']);
    const [sum] = Object(await metrics(['aggregate_on_attributes("sum", [])'], [HISTOGRAM]));
    expect(sum.histogram.dataPoints).toMatchObject([{ count: '17' }]);
  });

  it('merge buckets of histograms', async () => {
    const buckets = async (statement: string): Promise<unknown> => {
      const [made] = Object(await metrics([statement], [HISTOGRAM]));
      const [point] = made.histogram.dataPoints;
      return [point.explicitBounds, point.bucketCounts];
    };
    expect(await buckets('merge_histogram_buckets(0.5)')).toEqual([
      [0.1, 1],
      ['5', '11', '1'],
    ]);
    expect(await buckets('merge_histogram_buckets(0.7)')).toEqual([
      [0.1, 0.5, 1],
      ['5', '8', '3', '1'],
    ]);
    expect(await buckets('merge_histogram_buckets(2, method="limit_buckets")')).toEqual([
      [0.5],
      ['13', '4'],
    ]);
  });

  it('convert exponential histograms', async () => {
    const given = {
      name: 'x',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            ...at,
            count: '16',
            sum: 20,
            zeroCount: '1',
            positive: { offset: 1, bucketCounts: ['5', '10'] },
          },
        ],
      },
    };
    const counts = async (name: string): Promise<unknown> => {
      const bounds = '[0.0, 3.0, 4.0, 6.0]';
      const statement = `convert_exponential_histogram_to_histogram("${name}", ${bounds})`;
      const [made] = Object(await metrics([statement], [given]));
      return made.histogram.dataPoints[0].bucketCounts;
    };
    // Buckets (2, 4] and (4, 8].
    expect(await counts('upper')).toEqual(['1', '0', '5', '0', '10']);
    expect(await counts('midpoint')).toEqual(['1', '5', '0', '10', '0']);
    expect(await counts('uniform')).toEqual(['1', '3', '7', '5', '0']);
  });

  it.each([
    ['convert_gauge_to_sum("x", true)', 'unknown aggregation temporality: x'],
    [
      'aggregate_on_attributes("avg")',
      "invalid aggregation function: 'avg', valid options: [count max mean median min sum]",
    ],
    ['merge_histogram_buckets(1, method="x")', 'invalid method x'],
    [
      'convert_exponential_histogram_to_histogram("random", [1.0])',
      'distribution random is not supported',
    ],
    ['convert_exponential_histogram_to_histogram("x", [1.0])', 'invalid distribution algorithm: x'],
    ['convert_exponential_histogram_to_histogram("upper", [])', 'explicit bounds cannot be empty'],
    ['convert_summary_quantile_val_to_gauge()', 'is not supported'],
  ])('refuse %s', (statement, text) => {
    const group = { context: 'metric', statements: [statement] };
    const { error } = transformConfig.safeParse({ metric_statements: [group] });
    expect(error?.issues[0]?.message).toContain(text);
  });
});
