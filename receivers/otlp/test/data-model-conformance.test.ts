import { encodeColumns, protobufToJson, type Signal } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { JSON_TYPE, PROTOBUF, send, start } from './harness.ts';
import { field, readStatus, traces } from './otlp-bytes.ts';

const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';
const TIME = '1764115200000000001';
const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

/**
 * What a request in JSON is once it was taken over a socket, and once its protobuf was: read into
 * columns and written from them, not the bytes that came.
 */
async function throughColumns(signal: Signal, request: object): Promise<unknown> {
  const { http, pipeline } = await start();
  const path = `/v1/${signal}`;
  const asJson = await send(http, { path, headers: JSON_TYPE, body: JSON.stringify(request) });
  expect([asJson.status, asJson.text]).toEqual([200, '{"partialSuccess":{}}']);
  const bytes = pipeline.taken[0]?.requests[0]?.bytes ?? new Uint8Array();
  expect((await send(http, { path, headers: PROTOBUF, body: bytes })).status).toBe(200);
  const [first, second] = pipeline.taken.map((telemetry): unknown =>
    JSON.parse(protobufToJson(signal, encodeColumns(telemetry.columns()))),
  );
  expect(second).toEqual(first);
  return first;
}

const metricOf = (metric: object): object => ({
  resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', ...metric }] }] }],
});

const pointAt = (point: object): object => ({ timeUnixNano: TIME, ...point });

/** The request, and a span whose trace id has five bytes. */
function badBehind(good: Buffer): Buffer {
  const badSpan = field(2, field(1, Buffer.alloc(5, 1)));
  return Buffer.concat([good, field(1, field(2, badSpan))]);
}

// The data model, a test a line of the OTLP checklist; the number is the line's.
describe('OTLP’s data model through the receiver', () => {
  it.each([
    ['without sum, min and max, which are not 0', { count: '3', bucketCounts: ['3'] }],
    ['with a sum, a min and a max of 0', { count: '3', sum: 0, min: 0, max: 0 }],
    [
      'with a bucket more than bounds',
      { count: '6', sum: 1.5, bucketCounts: ['1', '2', '3'], explicitBounds: [0.5, 10] },
    ],
  ])('59: keeps a histogram %s', async (_what, point) => {
    const histogram = { dataPoints: [pointAt(point)], aggregationTemporality: 2 };
    const sent = metricOf({ histogram });
    expect(await throughColumns('metrics', sent)).toEqual(sent);
  });

  it('60: keeps a point without a value', async () => {
    const sent = metricOf({ gauge: { dataPoints: [pointAt({ flags: 1 })] } });
    expect(await throughColumns('metrics', sent)).toEqual(sent);
  });

  it('61: keeps the signs of an exponential histogram', async () => {
    const point = pointAt({
      count: '7',
      sum: -12.25,
      scale: -3,
      zeroCount: '1',
      positive: { offset: -7, bucketCounts: ['1', '2'] },
      negative: { offset: 2147483647, bucketCounts: ['3'] },
      zeroThreshold: 0.001,
    });
    const exponentialHistogram = { dataPoints: [point], aggregationTemporality: 1 };
    const sent = metricOf({ exponentialHistogram });
    expect(await throughColumns('metrics', sent)).toEqual(sent);
  });

  it('62: keeps every field of a log record, and a body of any kind or none', async () => {
    const bodies = [
      { stringValue: 'text' },
      { boolValue: true },
      { intValue: '-9007199254740993' },
      { doubleValue: 0.1 },
      { bytesValue: 'AP8=' },
      { arrayValue: { values: [{ stringValue: 'a' }, {}] } },
      { kvlistValue: { values: [text('k', 'v'), text('k', 'w')] } },
    ];
    const full = {
      timeUnixNano: TIME,
      observedTimeUnixNano: '1764115200000000002',
      severityNumber: 17,
      severityText: 'ERROR',
      attributes: [text('a', 'b')],
      droppedAttributesCount: 3,
      flags: 257,
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      eventName: 'device.app.lifecycle',
    };
    const withoutBody = { timeUnixNano: TIME };
    const withBody = bodies.map((body) => ({ timeUnixNano: TIME, body }));
    const logRecords = [full, ...withBody, withoutBody];
    const sent = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    expect(await throughColumns('logs', sent)).toEqual(sent);
  });

  it('63: keeps flags, trace state, links and every status of a span', async () => {
    const link = {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceState: 'l=1',
      attributes: [text('l', 'x')],
      droppedAttributesCount: 1,
      flags: 769,
    };
    const spans = [{}, { code: 1 }, { code: 2, message: 'broken' }].map((status) => ({
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      traceState: 'ot=th:8,vendor=x',
      name: 's',
      kind: 2,
      links: [link, link],
      status,
      flags: 4294967295,
    }));
    const sent = { resourceSpans: [{ scopeSpans: [{ spans }] }] };
    const got = JSON.parse(JSON.stringify(await throughColumns('traces', sent)));
    const read: object[] = got.resourceSpans[0].scopeSpans[0].spans;
    // A status without anything in it and none are the same.
    expect(read.map((span) => ({ status: {}, ...span }))).toEqual(spans);
  });

  it('64: keeps entities, both schema URLs and attributes of a scope', async () => {
    const sent = {
      resourceSpans: [
        {
          resource: {
            attributes: [text('service.name', 'cart'), text('service.instance.id', '1')],
            droppedAttributesCount: 2,
            entityRefs: [
              {
                schemaUrl: 'https://example.com/e',
                type: 'service',
                idKeys: ['service.name'],
                descriptionKeys: ['service.instance.id'],
              },
            ],
          },
          scopeSpans: [
            {
              scope: {
                name: 'lib',
                version: '1',
                attributes: [text('scope', 'kept')],
                droppedAttributesCount: 4,
              },
              spans: [{ traceId: TRACE_ID, spanId: SPAN_ID, name: 's' }],
              schemaUrl: 'https://example.com/scope',
            },
          ],
          schemaUrl: 'https://example.com/resource',
        },
      ],
    };
    expect(await throughColumns('traces', sent)).toEqual(sent);
  });

  it('65: keeps the metadata of a metric, summaries and a temporality it does not know', async () => {
    const summary = metricOf({
      description: 'd',
      unit: 's',
      metadata: [text('prometheus.type', 'summary')],
      summary: {
        dataPoints: [
          pointAt({ count: '2', sum: 3.5, quantileValues: [{ quantile: 0.5, value: 1 }] }),
        ],
      },
    });
    expect(await throughColumns('metrics', summary)).toEqual(summary);
    const sum = { dataPoints: [pointAt({ asInt: '-1' })], aggregationTemporality: 7 };
    const unknown = metricOf({ sum: { ...sum, isMonotonic: true } });
    expect(await throughColumns('metrics', unknown)).toEqual(unknown);
  });

  it('66: keeps the order of resources, scopes and items, equal ones apart', async () => {
    const span = (name: string): object => ({ traceId: TRACE_ID, spanId: SPAN_ID, name });
    const group = (service: string, ...scopes: string[]): object => ({
      resource: { attributes: [text('service.name', service)] },
      scopeSpans: scopes.map((name) => ({
        scope: { name },
        spans: [span(`${name}-2`), span(`${name}-1`)],
      })),
    });
    const sent = { resourceSpans: [group('b', 'y', 'x'), group('a', 'z'), group('b', 'y')] };
    expect(await throughColumns('traces', sent)).toEqual(sent);
  });

  it('67: keeps attributes with one key twice, in place', async () => {
    const attributes = [text('k', '1'), text('other', 'x'), text('k', '2'), text('k', '1')];
    const span = { traceId: TRACE_ID, spanId: SPAN_ID, name: 's', attributes };
    const sent = {
      resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [span] }] }],
    };
    expect(await throughColumns('traces', sent)).toEqual(sent);
  });

  it('27: takes a request whole or refuses it whole: partial success is never said', async () => {
    const { http, pipeline } = await start();
    const good = await send(http, { body: traces(3) });
    expect([good.status, good.body.length]).toEqual([200, 0]);
    // A good resource before one whose span has a trace id of five bytes.
    expect((await send(http, { body: badBehind(traces(3)) })).status).toBe(400);
    expect(pipeline.taken.map(({ itemCount }) => itemCount)).toEqual([3]);
  });

  it('30: says in the details of a refusal where it is bad', async () => {
    const { http } = await start();
    const body = badBehind(traces(3));
    const answer = await send(http, { body });
    const status = readStatus(answer.body);
    expect(status).toMatchObject({ code: 3, message: expect.stringContaining('at byte') });
    expect(answer.body.toString('latin1')).toContain('type.googleapis.com/google.rpc.BadRequest');
    expect(answer.body.toString('latin1')).toContain(`offset ${body.length - 5}`);
  });
});
