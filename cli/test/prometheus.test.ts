import { createServer } from 'node:net';
import { ValueType } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { PrometheusReaderConfig } from '@sonde/pipeline';
import { afterEach, describe, expect, it } from 'vitest';
import { metricView } from '../src/own-telemetry/metric-view.ts';
import { PrometheusReader } from '../src/own-telemetry/prometheus-reader.ts';

const CONFIG: PrometheusReaderConfig = {
  kind: 'prometheus',
  host: '127.0.0.1',
  port: 0,
  withoutScopeInfo: true,
  withoutTypeSuffix: true,
  withoutUnits: true,
  resourceLabels: [],
};

const providers: MeterProvider[] = [];

afterEach(async () => {
  for (const provider of providers.splice(0)) await provider.shutdown();
});

async function page(
  more: Partial<PrometheusReaderConfig>,
  views: Parameters<typeof metricView>[0][] = [],
): Promise<string> {
  const reader = await PrometheusReader.open({ ...CONFIG, ...more });
  const provider = new MeterProvider({
    resource: resourceFromAttributes({ 'service.name': 'sonde', 'service.version': '1' }),
    readers: [reader],
    views: views.map(metricView),
  });
  providers.push(provider);
  const meter = provider.getMeter('scope', '2');
  meter
    .createCounter('otelcol_receiver_accepted_spans', { unit: '{spans}', description: 'a\nb\\' })
    .add(3, { receiver: 'otlp', 'net.peer': 'x"y\\z\n' });
  meter
    .createObservableGauge('otelcol_process_memory_rss', { unit: 'By' })
    .addCallback((result) => result.observe(5));
  meter
    .createHistogram('lag', {
      unit: 's',
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: [1, 2.5] },
    })
    .record(2);
  const response = await fetch(`http://127.0.0.1:${reader.address?.port}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
}

describe('own metrics for Prometheus', () => {
  it('have the names of the Collector', async () => {
    expect((await page({})).split('\n')).toEqual([
      '# HELP lag ',
      '# TYPE lag histogram',
      'lag_bucket{le="1"} 0',
      'lag_bucket{le="2.5"} 1',
      'lag_bucket{le="+Inf"} 1',
      'lag_sum 2',
      'lag_count 1',
      '# HELP otelcol_process_memory_rss ',
      '# TYPE otelcol_process_memory_rss gauge',
      'otelcol_process_memory_rss 5',
      '# HELP otelcol_receiver_accepted_spans a\\nb\\\\',
      '# TYPE otelcol_receiver_accepted_spans counter',
      'otelcol_receiver_accepted_spans{net_peer="x\\"y\\\\z\\n",receiver="otlp"} 3',
      '# HELP target_info Target metadata',
      '# TYPE target_info gauge',
      'target_info{service_name="sonde",service_version="1"} 1',
      '',
    ]);
  });

  it('have suffixes, scopes and constant labels where the reader asks for them', async () => {
    const text = await page({
      withoutTypeSuffix: false,
      withoutUnits: false,
      withoutScopeInfo: false,
      resourceLabels: ['service.name'],
    });
    expect(text).toContain('otelcol_process_memory_rss_bytes{');
    expect(text).toContain('lag_seconds_count{');
    expect(text).toMatch(
      /otelcol_receiver_accepted_spans_total\{.*otel_scope_name="scope",otel_scope_schema_url="",otel_scope_version="2",.*service_name="sonde"\} 3/,
    );
  });

  it('are dropped and renamed by views', async () => {
    const nothing = {
      meterName: undefined,
      name: undefined,
      description: undefined,
      includedKeys: undefined,
      excludedKeys: undefined,
    };
    const text = await page({}, [
      { ...nothing, instrumentName: 'otelcol_process_*', drop: true },
      {
        ...nothing,
        instrumentName: 'otelcol_receiver_accepted_spans',
        drop: false,
        includedKeys: ['receiver'],
      },
    ]);
    expect(text).not.toContain('memory_rss');
    expect(text).toContain('otelcol_receiver_accepted_spans{receiver="otlp"} 3');
  });

  it('say in the words of the Collector that their port is taken', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    await expect(PrometheusReader.open({ ...CONFIG, port })).rejects.toThrow(
      `failed to create meter provider: binding address 127.0.0.1:${port} for Prometheus exporter: ` +
        `listen tcp 127.0.0.1:${port}: bind: address already in use`,
    );
    other.close();
  });

  it('are on no other path', async () => {
    const reader = await PrometheusReader.open(CONFIG);
    providers.push(new MeterProvider({ readers: [reader] }));
    expect((await fetch(`http://127.0.0.1:${reader.address?.port}/`)).status).toBe(404);
  });
});
