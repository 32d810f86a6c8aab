import { describe, expect, it } from 'vitest';
import { spanMetricsConnectorFactory } from '../src/index.ts';

const schema = spanMetricsConnectorFactory.config;

function refusal(config: unknown): string | undefined {
  const parsed = schema.safeParse(config);
  return parsed.success ? undefined : parsed.error.issues[0]?.message;
}

describe('the configuration of span_metrics', () => {
  it('has upstream’s defaults', () => {
    expect(schema.parse(null)).toMatchObject({
      namespace: 'traces.span.metrics',
      aggregation_temporality: 'AGGREGATION_TEMPORALITY_CUMULATIVE',
      metrics_flush_interval: 60_000,
      resource_metrics_cache_size: 1000,
      aggregation_cardinality_limit: 0,
      histogram: { disable: false, unit: 'ms' },
      exemplars: { enabled: false, max_per_data_point: 5 },
    });
  });

  it.each<readonly [string, object, string]>([
    [
      'a dimension that is there anyway',
      { dimensions: [{ name: 'service.name' }] },
      'failed validating dimensions: duplicate dimension name "service.name"',
    ],
    [
      'a dimension twice',
      { calls_dimensions: [{ name: 'a' }, { name: 'a' }] },
      'failed validating calls dimensions: duplicate dimension name "a"',
    ],
    [
      'a dimension that is nothing',
      { histogram: { dimensions: [{}] } },
      'failed validating histogram dimensions: dimension entry must set one of `name` or `glob`',
    ],
    [
      'a dimension that is both',
      { dimensions: [{ name: 'a', glob: 'b' }] },
      'failed validating dimensions: dimension entry must set only one of `name` or `glob`, got both: name="a" glob="b"',
    ],
    [
      'a default of a pattern',
      { dimensions: [{ glob: 'a*', default: 'x' }] },
      'failed validating dimensions: `default` is not supported on `glob` dimension "a*"',
    ],
    [
      'a pattern that names what is there anyway',
      { dimensions: [{ glob: 'span.ki*' }] },
      'failed validating dimensions: duplicate dimension name "span.kind" conflicting with glob "span.ki*"',
    ],
    [
      'events without dimensions',
      { events: { enabled: true } },
      'failed validating event dimensions: no dimensions configured for events',
    ],
    [
      'both kinds of buckets',
      { histogram: { explicit: {}, exponential: {} } },
      'use either `explicit` or `exponential` buckets histogram',
    ],
    [
      'an interval below 0',
      { metrics_flush_interval: '-1s' },
      'invalid metrics_flush_interval: -1s, the duration should be positive',
    ],
    [
      'a limit below 0',
      { aggregation_cardinality_limit: -1 },
      'invalid aggregation_cardinality_limit: -1, the limit should be positive',
    ],
    [
      'a unit that is none',
      { histogram: { unit: 'h' } },
      'unknown Unit "h", allowed units are "ms" and "s"',
    ],
    [
      'exemplars below 0',
      { exemplars: { enabled: true, max_per_data_point: -1 } },
      'invalid max_per_data_point: -1, the value should be positive',
    ],
    [
      'no cache of times for deltas',
      {
        aggregation_temporality: 'AGGREGATION_TEMPORALITY_DELTA',
        metric_timestamp_cache_size: 0,
      },
      'invalid delta timestamp cache size: 0, the maximum number of the items in the cache should be positive',
    ],
  ])('refuses %s', (_, config, text) => {
    expect(refusal(config)).toBe(text);
  });

  it('knows the old name', () => {
    expect(spanMetricsConnectorFactory.aliases).toEqual(['spanmetrics']);
  });
});
