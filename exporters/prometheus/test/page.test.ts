import { describe, expect, it } from 'vitest';
import { exporting } from './exporting.ts';
import {
  attributesOf,
  counter,
  gauge,
  type Metric,
  metricsOf,
  pointOf,
  SUMMARY,
  UP_DOWN_COUNTER,
} from './metrics.ts';

const BARE = { without_scope_info: true };
const OPEN_METRICS = { accept: 'application/openmetrics-text; version=1.0.0' };

const HISTOGRAM: Metric = {
  name: 'latency',
  unit: 's',
  description: 'How long\nit took.',
  histogram: {
    aggregationTemporality: 2,
    dataPoints: [
      {
        ...pointOf({ attributes: { path: 'a"b\\c' } }),
        count: 6,
        sum: 10.5,
        explicitBounds: [0.5, 1, 5],
        bucketCounts: [1, 2, 0, 3],
        exemplars: [
          {
            timeUnixNano: '1500000000250000000',
            asDouble: 0.75,
            traceId: '0a'.repeat(16),
            spanId: '0b'.repeat(8),
          },
          { timeUnixNano: '1500000000250000000', asDouble: 99, traceId: '0c'.repeat(16) },
        ],
      },
    ],
  },
};

describe('the page of the exporter prometheus', () => {
  it('has every kind of metric in the text format', async () => {
    const { exporter, page } = await exporting(BARE);
    await exporter.consume(
      metricsOf([
        gauge('temperature', -3.25),
        { ...gauge('share', 0.5), unit: '1' },
        { ...counter('io', 1_234_567), unit: 'By' },
        HISTOGRAM,
        SUMMARY,
        UP_DOWN_COUNTER,
      ]),
    );
    const { text, headers } = await page();
    expect(headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    );
    expect(text).toBe(`# HELP io_bytes_total 
# TYPE io_bytes_total counter
io_bytes_total 1.234567e+06
# HELP latency_seconds How long\\nit took.
# TYPE latency_seconds histogram
latency_seconds_bucket{path="a\\"b\\\\c",le="0.5"} 1
latency_seconds_bucket{path="a\\"b\\\\c",le="1"} 3
latency_seconds_bucket{path="a\\"b\\\\c",le="5"} 3
latency_seconds_bucket{path="a\\"b\\\\c",le="+Inf"} 6
latency_seconds_sum{path="a\\"b\\\\c"} 10.5
latency_seconds_count{path="a\\"b\\\\c"} 6
# HELP open 
# TYPE open gauge
open 7
# HELP share_ratio 
# TYPE share_ratio gauge
share_ratio 0.5
# HELP size 
# TYPE size summary
size{quantile="0.5"} 1
size{quantile="0.99"} 2
size_sum 3
size_count 2
# HELP temperature 
# TYPE temperature gauge
temperature -3.25
`);
  });

  it('is OpenMetrics with exemplars where that is enabled and wanted', async () => {
    const { exporter, page } = await exporting({ ...BARE, enable_open_metrics: true });
    await exporter.consume(metricsOf([counter('requests', 3), HISTOGRAM]));
    const { text, headers } = await page(OPEN_METRICS);
    expect(headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores',
    );
    const [span, trace, other] = ['0b'.repeat(8), '0a'.repeat(16), '0c'.repeat(16)];
    expect(text).toBe(`# HELP latency_seconds How long\\nit took.
# TYPE latency_seconds histogram
latency_seconds_bucket{path="a\\"b\\\\c",le="0.5"} 1
latency_seconds_bucket{path="a\\"b\\\\c",le="1.0"} 3 # {trace_id="${trace}",span_id="${span}"} 0.75 1.50000000025e+09
latency_seconds_bucket{path="a\\"b\\\\c",le="5.0"} 3
latency_seconds_bucket{path="a\\"b\\\\c",le="+Inf"} 6 # {trace_id="${other}"} 99.0 1.50000000025e+09
latency_seconds_sum{path="a\\"b\\\\c"} 10.5
latency_seconds_count{path="a\\"b\\\\c"} 6
# HELP requests 
# TYPE requests counter
requests_total 3.0
# EOF
`);
    expect((await page()).headers.get('content-type')).toContain('text/plain');
  });

  it('says what an exponential histogram has beside its buckets', async () => {
    const { exporter, page } = await exporting(BARE);
    const exponential = (start: number, time: number): Metric => ({
      name: 'wait',
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          {
            ...pointOf({ start, time }),
            count: 4,
            sum: 8,
            scale: 2,
            zeroCount: 0,
            positive: { offset: 1, bucketCounts: [1, 3] },
          },
        ],
      },
    });
    await exporter.consume(metricsOf([exponential(1, 2), exponential(2, 3)]));
    expect((await page()).lines.slice(2)).toEqual([
      'wait_bucket{le="+Inf"} 8',
      'wait_sum 16',
      'wait_count 8',
    ]);
  });

  it('has target, scope and constant labels, and target_info', async () => {
    const { exporter, page } = await exporting({
      namespace: 'my-shop',
      const_labels: { zone: 'a' },
      send_timestamps: true,
    });
    const resource = {
      'service.name': 'cart',
      'service.namespace': 'shop',
      'service.instance.id': 'i1',
      'host.name': 'h',
    };
    const scope = { name: 'lib', version: '1' };
    const point = { attributes: { 'http.method': 'GET' }, time: 1_500_000_000 };
    await exporter.consume(metricsOf([gauge('queue', 1, point)], resource, scope));
    expect((await page()).lines).toEqual([
      '# HELP my_shop_queue ',
      '# TYPE my_shop_queue gauge',
      'my_shop_queue{http_method="GET",instance="i1",job="shop/cart",otel_scope_name="lib",' +
        'otel_scope_schema_url="",otel_scope_version="1",zone="a"} 1 1500000000000',
      '# HELP my_shop_target_info Target metadata',
      '# TYPE my_shop_target_info gauge',
      'my_shop_target_info{host_name="h",instance="i1",job="shop/cart"} 1',
    ]);
  });

  it('has the resource as labels where that is wanted', async () => {
    const { exporter, page } = await exporting({
      ...BARE,
      resource_constant_labels: { included: ['k8s.*'], excluded: ['k8s.pod.uid'] },
    });
    const resource = { 'k8s.pod.name': 'p', 'k8s.pod.uid': 'u', other: 'o' };
    await exporter.consume(metricsOf([gauge('queue', 1)], resource));
    expect((await page()).lines.at(-1)).toBe('queue{k8s_pod_name="p"} 1');
  });

  it('keeps names as they are where the reader can take them', async () => {
    const { exporter, page } = await exporting({ ...BARE, translation_strategy: 'NoTranslation' });
    await exporter.consume(metricsOf([gauge('http.queue', 1, { attributes: { 'a.b': 'c' } })]));
    expect((await page({ accept: 'text/plain;escaping=allow-utf-8' })).lines).toEqual([
      '# HELP "http.queue" ',
      '# TYPE "http.queue" gauge',
      '{"http.queue","a.b"="c"} 1',
    ]);
    expect((await page()).lines.at(-1)).toBe('http_queue{a_b="c"} 1');
  });

  it('comes in gzip, and nothing else is there', async () => {
    const { exporter, page } = await exporting(BARE);
    await exporter.consume(metricsOf([gauge('queue', 1)]));
    const packed = await page({ 'accept-encoding': 'gzip' });
    expect(packed.headers.get('content-encoding')).toBe('gzip');
    expect(packed.lines.at(-1)).toBe('queue 1');
    expect(await page({}, '/other')).toMatchObject({ status: 404, text: '404 page not found\n' });
  });
});

describe('the values of the page', () => {
  it('add up deltas that follow each other and begin anew where they do not', async () => {
    const { exporter, page } = await exporting(BARE);
    const delta = (value: number, start: number, time: number): Metric =>
      counter('requests', value, { temporality: 1, start, time });
    await exporter.consume(metricsOf([delta(1, 1, 2), delta(2, 2, 3), delta(4, 3, 4)]));
    expect((await page()).lines.at(-1)).toBe('requests_total 7');
    await exporter.consume(metricsOf([delta(5, 8, 9)]));
    expect((await page()).lines.at(-1)).toBe('requests_total 5');
  });

  it('never go back in time', async () => {
    const { exporter, page, logger } = await exporting(BARE);
    await exporter.consume(metricsOf([gauge('queue', 1, { time: 9 })]));
    await exporter.consume(metricsOf([gauge('queue', 2, { time: 8 })]));
    expect((await page()).lines.at(-1)).toBe('queue 1');
    expect(logger.lines[0]?.fields).toMatchObject({ reason: 'out_of_order', metric_name: 'queue' });
  });

  it('are of one series for all resources that are one target', async () => {
    const { exporter, page } = await exporting(BARE);
    for (const [value, version] of [
      [1, 'a'],
      [2, 'b'],
    ] as const) {
      const resource = { 'service.name': 's', 'service.instance.id': 'i', version };
      await exporter.consume(metricsOf([gauge('queue', value)], resource));
    }
    const { lines } = await page();
    expect(lines.filter((line) => !line.startsWith('#'))).toEqual([
      'queue{instance="i",job="s"} 2',
      'target_info{instance="i",job="s",version="b"} 1',
    ]);
  });

  it('go when they are said to be gone, and when nobody said anything for long', async () => {
    const { exporter, page } = await exporting({ ...BARE, metric_expiration: '0s' });
    await exporter.consume(metricsOf([gauge('queue', 1)]));
    const later = Date.now() + 1;
    await expect.poll(async () => Date.now() > later && (await page()).text).toBe('');
    const lasting = await exporting(BARE);
    await lasting.exporter.consume(metricsOf([gauge('queue', 1), gauge('other', 1)]));
    await lasting.exporter.consume(metricsOf([gauge('queue', 0, { flags: 1 })]));
    expect((await lasting.page()).lines.map((line) => line.split(' ')[2])).toContain('other');
    expect((await lasting.page()).text).not.toContain('queue');
  });

  it('have the type and the description that came first', async () => {
    const { exporter, page, logger } = await exporting(BARE);
    await exporter.consume(
      metricsOf([
        { ...gauge('queue', 1), description: 'first' },
        { ...gauge('queue', 2, { attributes: { a: 'b' } }), description: 'second' },
        { name: 'queue', summary: { dataPoints: [{ ...pointOf({}), count: 1, sum: 1 }] } },
      ]),
    );
    expect((await page()).lines).toEqual([
      '# HELP queue first',
      '# TYPE queue gauge',
      'queue 1',
      'queue{a="b"} 2',
    ]);
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'Instrument description conflict, using existing',
      'Instrument type conflict, using existing type definition.',
      'Data points are dropped.',
    ]);
  });

  it('have one label for keys that become one name', async () => {
    const { exporter, page } = await exporting(BARE);
    const attributes = { 'a.b': '1', a_b: '2', job: 'mine', __own__: 'x' };
    await exporter.consume(metricsOf([gauge('queue', 1, { attributes })], { 'service.name': 's' }));
    expect((await page()).lines.at(-1)).toBe('queue{a_b="1;2",job="s"} 1');
  });

  it('are not there for sums that no counter can show', async () => {
    const { exporter, page, logger } = await exporting(BARE);
    const dataPoints = [{ ...pointOf({}), asInt: '1', attributes: attributesOf({ a: 'b' }) }];
    await exporter.consume(
      metricsOf([
        { name: 'd', sum: { aggregationTemporality: 1, isMonotonic: false, dataPoints } },
        { name: 'u', sum: { aggregationTemporality: 0, isMonotonic: true, dataPoints } },
      ]),
    );
    expect((await page()).text).toBe('');
    expect(logger.lines.map(({ fields }) => fields['reason'])).toEqual([
      'non_monotonic_delta',
      'unspecified_temporality',
    ]);
  });
});
