import { jsonToProtobuf } from '@sonde/proto';
import { Sql } from '@sonde/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  RECEIVED_UNIX_MS,
  startEngine,
  startExporter,
  type TestEngine,
  telemetryOf,
} from './engine.ts';
import { logsRequest, nanos, spansRequest } from './requests.ts';
import { selectRows } from './stored-rows.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine();
});

afterAll(async () => {
  await engine.stop();
});

const POINT = {
  timeUnixNano: nanos(RECEIVED_UNIX_MS),
  attributes: [{ key: 'a', value: { stringValue: 'b' } }],
};
const HISTOGRAM = { ...POINT, count: '3', sum: 6, min: 1, max: 3 };

const METRICS = jsonToProtobuf(
  'metrics',
  JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeMetrics: [
          {
            scope: { name: 'test' },
            metrics: [
              { name: 'g', unit: 'By', gauge: { dataPoints: [{ ...POINT, asDouble: 1.5 }] } },
              {
                name: 's',
                sum: {
                  aggregationTemporality: 2,
                  isMonotonic: true,
                  dataPoints: [
                    {
                      ...POINT,
                      asInt: '7',
                      exemplars: [{ timeUnixNano: nanos(RECEIVED_UNIX_MS), asDouble: 2 }],
                    },
                  ],
                },
              },
              {
                name: 'h',
                histogram: {
                  aggregationTemporality: 1,
                  dataPoints: [{ ...HISTOGRAM, bucketCounts: ['1', '2'], explicitBounds: [2] }],
                },
              },
              {
                name: 'e',
                exponentialHistogram: {
                  dataPoints: [
                    { ...HISTOGRAM, scale: 3, positive: { offset: 1, bucketCounts: ['3'] } },
                  ],
                },
              },
              {
                name: 'q',
                summary: {
                  dataPoints: [
                    {
                      ...POINT,
                      count: '3',
                      sum: 6,
                      quantileValues: [{ quantile: 0.5, value: 2 }],
                    },
                  ],
                },
              },
            ],
          },
        ],
      },
    ],
  }),
);

describe("the Collector exporter's views", () => {
  it('show a span as the Collector would have written it', async () => {
    const exporter = await startExporter(engine, 'traces');
    await exporter.consume(telemetryOf('traces', [{ bytes: spansRequest({ count: 1 }) }]));
    await exporter.shutdown(new AbortController().signal);
    const rows = await selectRows(
      engine,
      `SELECT TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, StatusCode, Duration,
         ResourceAttributes['service.name'] AS resource, SpanAttributes['http.route'] AS route
       FROM sonde.otel_traces`,
    );
    expect(rows).toEqual([
      {
        TraceId: '00000000000000000000000000000001',
        SpanId: '0000000000000001',
        ParentSpanId: '',
        SpanName: 'GET /',
        SpanKind: 'Server',
        ServiceName: 'shop',
        StatusCode: 'Error',
        Duration: 1_000_000n,
        resource: 'shop',
        route: '/route/0',
      },
    ]);
  });

  it('show a log record, with an empty trace id where it has none', async () => {
    const exporter = await startExporter(engine, 'logs');
    const record = {
      timeUnixNano: nanos(RECEIVED_UNIX_MS),
      severityNumber: 9,
      severityText: 'INFO',
      body: { stringValue: 'hello' },
    };
    await exporter.consume(telemetryOf('logs', [{ bytes: logsRequest([record]) }]));
    await exporter.shutdown(new AbortController().signal);
    const rows = await selectRows(
      engine,
      `SELECT TraceId, Body, SeverityText, SeverityNumber, ServiceName, ScopeName,
         toUnixTimestamp(TimestampTime) AS seconds FROM sonde.otel_logs`,
    );
    expect(rows).toEqual([
      {
        TraceId: '',
        Body: 'hello',
        SeverityText: 'INFO',
        SeverityNumber: 9,
        ServiceName: 'shop',
        ScopeName: 'test',
        seconds: RECEIVED_UNIX_MS / 1000,
      },
    ]);
  });

  it('join a resource once a week, however many hours it had rows', async () => {
    const insert = `INSERT INTO sonde.resources
      (tenant, service, fingerprint, bucket, attributes, retention_days)
      SELECT 'weeks', 'shop', number % 20, toDateTime('2026-11-02 00:00:00', 'UTC') + 3600 * intDiv(number, 20),
        map('host.name', concat('host-', toString(number % 20))), 14 FROM numbers(20 * 24 * 14)`;
    await engine.client.command(new Sql([insert], []));
    const span = `INSERT INTO sonde.spans
      (tenant, service, resource_fingerprint, timestamp, name, retention_days)
      SELECT 'weeks', 'shop', 7, toDateTime64('2026-11-09 00:00:00', 9, 'UTC'), 'GET /', 14`;
    await engine.client.command(new Sql([span], []));
    await engine.client.command(new Sql(['OPTIMIZE TABLE sonde.resources_1w FINAL'], []));
    const host = "SELECT ResourceAttributes['host.name'] AS host FROM sonde.otel_traces";
    const { rows, cost } = await engine.client.query(
      new Sql([`${host} WHERE Tenant = 'weeks' AND ServiceName = 'shop'`], []),
      { parse: (row: unknown): unknown => row },
    );
    expect(rows).toEqual([{ host: 'host-7' }]);
    expect(cost.rowsRead).toBeLessThan(100);
  });

  it('show points of every kind', async () => {
    const exporter = await startExporter(engine, 'metrics');
    await exporter.consume(telemetryOf('metrics', [{ bytes: METRICS }]));
    await exporter.shutdown(new AbortController().signal);
    const common = "ServiceName AS service, MetricName AS metric, Attributes['a'] AS a";
    const rows = (kind: string, columns: string): Promise<unknown> =>
      selectRows(engine, `SELECT ${common}, ${columns} FROM sonde.otel_metrics_${kind}`);
    const shop = { service: 'shop', a: 'b' };
    expect(await rows('gauge', 'Value, MetricUnit')).toEqual([
      { ...shop, metric: 'g', Value: 1.5, MetricUnit: 'By' },
    ]);
    const sum =
      'Value, AggregationTemporality, IsMonotonic, `Exemplars.Value` AS exemplars, ' +
      'toTypeName(IsMonotonic) AS type, `Exemplars.TraceId` AS traces';
    expect(await rows('sum', sum)).toEqual([
      {
        ...shop,
        metric: 's',
        Value: 7,
        AggregationTemporality: 2,
        IsMonotonic: 1,
        type: 'Bool',
        traces: [''],
        exemplars: [2],
      },
    ]);
    expect(await rows('histogram', 'Count, Sum, BucketCounts, ExplicitBounds')).toEqual([
      { ...shop, metric: 'h', Count: 3n, Sum: 6, BucketCounts: [1n, 2n], ExplicitBounds: [2] },
    ]);
    const exponential = 'Count, Scale, PositiveOffset, PositiveBucketCounts';
    expect(await rows('exponential_histogram', exponential)).toEqual([
      {
        ...shop,
        metric: 'e',
        Count: 3n,
        Scale: 3,
        PositiveOffset: 1,
        PositiveBucketCounts: [3n],
      },
    ]);
    const quantiles = '`ValueAtQuantiles.Quantile` AS q, `ValueAtQuantiles.Value` AS v';
    expect(await rows('summary', `Count, ${quantiles}`)).toEqual([
      { ...shop, metric: 'q', Count: 3n, q: [0.5], v: [2] },
    ]);
  });
});
