import type { KeyValue, LogsRequest, MetricsRequest, TracesRequest } from '@sonde/proto';

/** 2025-06-15T15:06:40Z. */
const START = 1_750_000_000_000_000_000n;

function at(seconds: number, nanos = 0): string {
  return String(START + BigInt(seconds) * 1_000_000_000n + BigInt(nanos));
}

const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });
const int = (key: string, intValue: number): KeyValue => ({ key, value: { intValue } });
const bool = (key: string, boolValue: boolean): KeyValue => ({ key, value: { boolValue } });
const double = (key: string, doubleValue: number): KeyValue => ({ key, value: { doubleValue } });
const list = (key: string, ...values: readonly string[]): KeyValue => ({
  key,
  value: { arrayValue: { values: values.map((stringValue) => ({ stringValue })) } },
});
const map = (key: string, ...values: readonly KeyValue[]): KeyValue => ({
  key,
  value: { kvlistValue: { values } },
});

const SHOP = {
  attributes: [
    text('service.name', 'shop'),
    text('deployment.environment', 'production'),
    text('host.name', 'node-7'),
    int('process.pid', 4711),
    list('process.command_args', 'node', 'server.js', '--port=8080'),
  ],
};
const PAYMENT = {
  attributes: [
    text('service.name', 'payment'),
    text('deployment.environment', 'staging'),
    text('k8s.pod.name', 'payment-5d9c7b6f4-x2x8p'),
  ],
};
const SCOPE = { name: 'io.shop.http', version: '1.4.2', attributes: [text('library', 'fastify')] };

/** Every kind of value, and texts that secrets and patterns are looked for in. */
const EVERY_KIND: readonly KeyValue[] = [
  text('text', 'a text'),
  int('int', 42),
  int('big', Number.MAX_SAFE_INTEGER),
  double('double', 2.5),
  double('whole', 3),
  bool('yes', true),
  bool('no', false),
  { key: 'bytes', value: { bytesValue: new Uint8Array([0, 1, 254, 255]) } },
  list('list', 'a', 'b', 'c'),
  map('map', text('inner', 'value'), int('depth', 1), map('more', text('deep', 'x'))),
  { key: 'nothing', value: {} },
  text('empty', ''),
  text('number text', '42'),
  text('float text', '3.75'),
];

const TRACE_A = '5b8efff798038103d269b633813fc60c';
const TRACE_B = 'ffffffffffffffffffffffffffffffff';
const TRACE_C = '00000000000000000000000000000001';

export const MIXED_SPANS: TracesRequest = {
  resourceSpans: [
    {
      resource: SHOP,
      schemaUrl: 'https://opentelemetry.io/schemas/1.26.0',
      scopeSpans: [
        {
          scope: SCOPE,
          spans: [
            {
              traceId: TRACE_A,
              spanId: '0000000000000001',
              name: 'GET /cart/12345',
              kind: 2,
              startTimeUnixNano: at(0),
              endTimeUnixNano: at(0, 250_000_000),
              attributes: [
                text('http.request.method', 'GET'),
                text('http.url', 'https://shop.example/cart/12345?token=s3cret&page=2'),
                int('http.response.status_code', 200),
                text('user.email', 'ada@example.com'),
                text('user.id', 'u-0815'),
                text('card', '4111 1111 1111 1111'),
                text('peer', '10.1.2.3'),
              ],
              events: [
                { timeUnixNano: at(0, 1000), name: 'cache.miss', attributes: [text('key', 'c1')] },
                {
                  timeUnixNano: at(0, 2000),
                  name: 'exception',
                  attributes: [text('exception.type', 'IOError'), text('exception.message', 'x')],
                },
              ],
              links: [
                {
                  traceId: TRACE_B,
                  spanId: '00000000000000aa',
                  attributes: [text('why', 'batch')],
                },
              ],
              status: { code: 1 },
            },
            {
              traceId: TRACE_A,
              spanId: '0000000000000002',
              parentSpanId: '0000000000000001',
              traceState: 'vendor=x,ot=th:8',
              name: 'SELECT shop.carts',
              kind: 3,
              startTimeUnixNano: at(0, 10_000_000),
              endTimeUnixNano: at(0, 200_000_000),
              attributes: [
                text('db.system', 'postgresql'),
                text('db.statement', "SELECT * FROM carts WHERE user = 'ada@example.com'"),
                int('http.response.status_code', 503),
              ],
              status: { code: 2, message: 'connection reset' },
              flags: 257,
            },
          ],
        },
        {
          scope: { name: 'io.shop.jobs' },
          spans: [
            {
              traceId: TRACE_B,
              spanId: '00000000000000aa',
              name: 'every kind',
              kind: 1,
              startTimeUnixNano: at(5),
              endTimeUnixNano: at(6),
              attributes: EVERY_KIND,
            },
          ],
        },
      ],
    },
    {
      resource: PAYMENT,
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE_C,
              spanId: '0000000000000009',
              name: 'charge',
              kind: 5,
              startTimeUnixNano: at(7),
              endTimeUnixNano: at(7, 1),
              attributes: [
                text('http.request.method', 'POST'),
                text('authorization', 'Bearer abcdef0123456789'),
                bool('retried', true),
                double('amount', 19.99),
              ],
              droppedAttributesCount: 3,
            },
          ],
        },
      ],
    },
  ],
};

export const MIXED_LOGS: LogsRequest = {
  resourceLogs: [
    {
      resource: SHOP,
      scopeLogs: [
        {
          scope: SCOPE,
          logRecords: [
            {
              timeUnixNano: at(0),
              observedTimeUnixNano: at(1),
              severityNumber: 9,
              severityText: 'INFO',
              body: { stringValue: 'user ada@example.com logged in from 10.1.2.3' },
              attributes: [text('user.email', 'ada@example.com'), int('attempt', 1)],
              traceId: TRACE_A,
              spanId: '0000000000000001',
              flags: 1,
            },
            {
              timeUnixNano: at(1),
              observedTimeUnixNano: at(2),
              severityNumber: 17,
              severityText: 'ERROR',
              body: {
                kvlistValue: {
                  values: [
                    text('message', 'payment failed'),
                    int('code', 402),
                    map('card', text('number', '4111 1111 1111 1111')),
                  ],
                },
              },
              attributes: [...EVERY_KIND],
              eventName: 'payment.failed',
            },
          ],
        },
      ],
    },
    {
      resource: PAYMENT,
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: at(2),
              observedTimeUnixNano: at(3),
              severityNumber: 5,
              severityText: 'DEBUG',
              body: { stringValue: '{"level":"debug","took":12,"tags":["a","b"]}' },
              attributes: [text('log.file', '/var/log/pods/ns_pod_uid/app/0.log')],
            },
            {
              timeUnixNano: at(3),
              observedTimeUnixNano: at(4),
              body: { stringValue: 'level=warn msg="disk almost full" used=97' },
            },
          ],
        },
      ],
    },
  ],
};

export const MIXED_METRICS: MetricsRequest = {
  resourceMetrics: [
    {
      resource: SHOP,
      scopeMetrics: [
        {
          scope: SCOPE,
          metrics: [
            {
              name: 'http.server.requests',
              unit: '{request}',
              description: 'requests served',
              sum: {
                aggregationTemporality: 2,
                isMonotonic: true,
                dataPoints: [
                  {
                    startTimeUnixNano: at(0),
                    timeUnixNano: at(10),
                    asInt: 120,
                    attributes: [text('method', 'GET'), int('status', 200), text('user.id', 'u1')],
                  },
                  {
                    startTimeUnixNano: at(0),
                    timeUnixNano: at(10),
                    asInt: 3,
                    attributes: [text('method', 'GET'), int('status', 503), text('user.id', 'u2')],
                  },
                ],
              },
            },
            {
              name: 'system.cpu.utilization',
              unit: '1',
              gauge: {
                dataPoints: [
                  { timeUnixNano: at(10), asDouble: 0.25, attributes: [text('state', 'user')] },
                  { timeUnixNano: at(10), asDouble: 0.5, attributes: [text('state', 'idle')] },
                ],
              },
            },
            {
              name: 'http.server.duration',
              unit: 'ms',
              histogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  {
                    startTimeUnixNano: at(0),
                    timeUnixNano: at(10),
                    count: 6,
                    sum: 730,
                    min: 5,
                    max: 400,
                    explicitBounds: [10, 100, 1000],
                    bucketCounts: [1, 3, 2, 0],
                    attributes: [text('method', 'GET')],
                  },
                ],
              },
            },
          ],
        },
      ],
    },
    {
      resource: PAYMENT,
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'payment.size',
              exponentialHistogram: {
                aggregationTemporality: 2,
                dataPoints: [
                  {
                    timeUnixNano: at(10),
                    count: 5,
                    sum: 31,
                    scale: 1,
                    zeroCount: 1,
                    positive: { offset: 1, bucketCounts: [1, 0, 2] },
                    negative: { offset: -2, bucketCounts: [1] },
                  },
                ],
              },
            },
            {
              name: 'rpc.latency',
              summary: {
                dataPoints: [
                  {
                    timeUnixNano: at(10),
                    count: 9,
                    sum: 90,
                    quantileValues: [
                      { quantile: 0.5, value: 8 },
                      { quantile: 0.99, value: 31 },
                    ],
                  },
                ],
              },
            },
            {
              name: 'queue.size',
              sum: {
                aggregationTemporality: 1,
                dataPoints: [{ timeUnixNano: at(10), asDouble: -4 }],
              },
            },
          ],
        },
      ],
    },
  ],
};
