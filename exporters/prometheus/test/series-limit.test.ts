import { contractSignalSettings, RecordingLogger } from '@sonde/pipeline/contract-suite';
import type { MetricColumns } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { prometheusConfig } from '../src/config.ts';
import { goFloat } from '../src/exposition/go-float.ts';
import { PrometheusEvents } from '../src/prometheus-events.ts';
import { SeriesStore } from '../src/series/series-store.ts';
import { gauge, metricsOf } from './metrics.ts';

function columnsOf(names: readonly string[]): MetricColumns {
  const columns = metricsOf(names.map((name) => gauge(name, 1))).columns();
  if (columns.signal !== 'metrics') throw new TypeError('no metrics');
  return columns;
}

describe('a store of series', () => {
  it('holds only so many and names what it drops', () => {
    const logger = new RecordingLogger();
    const events = new PrometheusEvents(contractSignalSettings('prometheus', 'metrics', logger));
    const config = prometheusConfig.parse({ endpoint: ':0' });
    const store = new SeriesStore(config, events, 2);
    store.add(columnsOf(['a', 'b', 'c', 'd']), 0);
    store.add(columnsOf(['a', 'b']), 1);
    expect(store.families(1).map(({ name }) => name.utf8)).toEqual(['a', 'b']);
    expect(logger.lines.map(({ fields }) => fields)).toMatchObject([
      { reason: 'too_many_series', metric_name: 'c' },
    ]);
    store.expire(config.metric_expiration + 2);
    expect(store.seriesCount).toBe(0);
    store.add(columnsOf(['d']), config.metric_expiration + 2);
    expect(store.seriesCount).toBe(1);
  });
});

describe('a number', () => {
  it('is written as Go writes it', () => {
    const texts: readonly (readonly [number, string])[] = [
      [100_000, '100000'],
      [1_000_000, '1e+06'],
      [12_345_678.5, '1.23456785e+07'],
      [1e21, '1e+21'],
      [0.0001, '0.0001'],
      [0.0000123, '1.23e-05'],
      [5e-324, '5e-324'],
      [-0, '-0'],
      [Number.NEGATIVE_INFINITY, '-Inf'],
      [Number.NaN, 'NaN'],
    ];
    for (const [value, text] of texts) expect(goFloat(value)).toBe(text);
  });
});
