import { describe, expect, it } from 'vitest';
import {
  type AnyValue,
  ByteRun,
  decodeLogs,
  decodeMetrics,
  encodeRequest,
  Hash64,
  idText,
  type KeyValue,
  LogColumns,
  type Metric,
  MetricColumns,
  nativeText,
  RENDER_CUT,
  RENDER_DEPTH_MAX,
  type Resource,
  readAttribute,
  readValue,
  renderNativeValue,
  SeriesIds,
} from '../src/index.ts';

const SEGMENT = { tenant: 'default', receivedUnixMs: 0 };

function decodeBody(body: AnyValue, attributes: KeyValue[] = []): LogColumns {
  const columns = new LogColumns();
  const bytes = encodeRequest('logs', {
    resourceLogs: [
      {
        scopeLogs: [
          { logRecords: [{ body, attributes, traceId: '0af7651916cd43dd8448eb211c80319c' }] },
        ],
      },
    ],
  });
  decodeLogs(columns, bytes, SEGMENT);
  return columns;
}

function render(body: AnyValue): string {
  const columns = decodeBody(body);
  return readValue(columns.body, 0, columns.bodyType[0]);
}

const list = (...values: (AnyValue | null)[]): AnyValue => ({ arrayValue: { values } });

describe('values as text', () => {
  it('are JSON for arrays and lists, duplicates kept', () => {
    expect(
      render({
        kvlistValue: {
          values: [
            { key: 'a', value: { intValue: '9223372036854775807' } },
            { key: 'a', value: { doubleValue: 1.5 } },
            { key: 'empty' },
            {
              key: 'list',
              value: list(
                { boolValue: true },
                null,
                { bytesValue: new Uint8Array([1, 2]) },
                list(),
              ),
            },
            { key: '__proto__', value: { kvlistValue: { values: [] } } },
            { key: 'nan', value: { doubleValue: Number.NaN } },
            { key: 'low', value: { intValue: -(2n ** 63n) } },
          ],
        },
      }),
    ).toBe(
      '{"a":9223372036854775807,"a":1.5,"empty":null,"list":[true,null,"AQI=",[]],"__proto__":{},"nan":"NaN","low":-9223372036854775808}',
    );
  });

  it('escape as JSON.stringify does', () => {
    const texts = ['"\\/\b\f\n\r\t\0\u001f\u007f', 'käse \u{1f9c0}', '', '<script>', '\u2028'];
    for (const text of texts)
      expect(render(list({ stringValue: text }))).toBe(JSON.stringify([text]));
  });

  it('are base64 for bytes and plain for the rest', () => {
    expect(render({ bytesValue: new Uint8Array([255, 254]) })).toBe('//4=');
    expect(render({ stringValue: 'a "b"' })).toBe('a "b"');
    expect(render({ boolValue: false })).toBe('false');
    expect(render({})).toBe('');
  });

  it('replace bytes that are no UTF-8', () => {
    const columns = decodeBody(list({ stringValue: 'xyz' }));
    const at = Buffer.from(columns.body.run.used()).indexOf('xyz');
    columns.body.run.bytes[at] = 0xff;
    expect(readValue(columns.body, 0, columns.bodyType[0])).toBe('["\ufffdyz"]');
  });

  it('are cut below their depth', () => {
    let value: AnyValue = { intValue: 1 };
    for (let i = 0; i < RENDER_DEPTH_MAX; i++) value = list(value);
    expect(render(value)).toBe(`${'['.repeat(RENDER_DEPTH_MAX)}1${']'.repeat(RENDER_DEPTH_MAX)}`);
    expect(render(list(value))).toContain(`["${RENDER_CUT}"]`);
  });

  it('go from Native String to Native String', () => {
    const long = list(...Array.from({ length: 100 }, () => ({ intValue: 7 })));
    const columns = decodeBody(long);
    const out = new ByteRun(1);
    renderNativeValue(columns.body.run, columns.body.start[0], out);
    const first = out.length;
    renderNativeValue(columns.body.run, columns.body.start[0], out);
    expect(nativeText(out, 0)).toBe(`[${'7,'.repeat(99)}7]`);
    expect(nativeText(out, first)).toBe(nativeText(out, 0));
    expect(out.length).toBe(2 * first);
  });
});

describe('rows as text', () => {
  it('give attributes with key, type and text', () => {
    const columns = decodeBody({}, [
      { key: 'http.route', value: { stringValue: '/käse' } },
      { key: 'n', value: { intValue: -5 } },
      { key: 'list', value: list({ intValue: 1 }) },
    ]);
    const read = [0, 1, 2].map((i) => readAttribute(columns.attributes, i));
    expect(read).toEqual([
      { key: 'http.route', type: 1, text: '/käse' },
      { key: 'n', type: 3, text: '-5' },
      { key: 'list', type: 5, text: '[1]' },
    ]);
  });

  it('give ids as hex, absent ones as nothing', () => {
    const columns = decodeBody({});
    expect(idText(columns.traceId, 0, 16)).toBe('0af7651916cd43dd8448eb211c80319c');
    expect(idText(columns.spanId, 0, 8)).toBe('');
  });
});

describe('series ids', () => {
  const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });

  function ids(metric: Metric, resource: Resource = {}, scope = 'lib'): string[] {
    const columns = new MetricColumns();
    const bytes = encodeRequest('metrics', {
      resourceMetrics: [
        {
          resource,
          scopeMetrics: [{ scope: { name: scope }, metrics: [{ name: 'other' }, metric] }],
        },
      ],
    });
    decodeMetrics(columns, bytes, SEGMENT);
    const series = new SeriesIds(columns);
    const out = new Hash64();
    return Array.from({ length: columns.numbers.count }, (_, row) => {
      series.of(columns.numbers, row, out);
      return `${out.low} ${out.high}`;
    });
  }

  const a = text('a', '1');
  const b = text('b', '2');
  const gauge = (...attributes: KeyValue[]): Metric => ({
    name: 'm',
    gauge: { dataPoints: [{ timeUnixNano: 1, asInt: 1, attributes }] },
  });

  it('are equal for points that differ in time, value and order of attributes alone', () => {
    const points = [
      { timeUnixNano: 1, asInt: 1, attributes: [a, b] },
      { timeUnixNano: 2, asDouble: 5, attributes: [b, a] },
    ];
    const [first, second] = ids({ name: 'm', gauge: { dataPoints: points } });
    expect(second).toBe(first);
  });

  it('differ by name, kind, temporality, attributes, resource and scope', () => {
    const dataPoints = [{ timeUnixNano: 1, asInt: 1, attributes: [a] }];
    const all = [
      ids(gauge(a)),
      ids(gauge(b)),
      ids(gauge()),
      ids({ ...gauge(a), name: 'n' }),
      ids({ ...gauge(a), unit: 's' }),
      ids({ name: 'm', sum: { dataPoints, aggregationTemporality: 1 } }),
      ids({ name: 'm', sum: { dataPoints, aggregationTemporality: 2 } }),
      ids(gauge(a), { attributes: [a] }),
      ids(gauge(a), {}, 'lib2'),
    ].flat();
    expect(new Set(all).size).toBe(all.length);
  });

  it('never change', () => {
    expect(ids(gauge(a, b), { attributes: [a] })).toMatchInlineSnapshot(`
      [
        "-293525413 -1491689212",
      ]
    `);
  });
});
