import { describe, expect, it, vi } from 'vitest';
import {
  AnyValueType,
  DICTIONARY_STRING_BYTES_MAX,
  decodeLogs,
  decodeMetrics,
  decodeRequests,
  decodeRequestsInTurns,
  decodeTraces,
  dictionaryText,
  type EncodedRequest,
  encodeRequest,
  joinChunks,
  type KeyValue,
  LogColumns,
  MalformedError,
  MetricColumns,
  NESTED_VALUES_MAX,
  nativeText,
  REQUEST_ROWS_MAX,
  SIGNALS,
  type Signal,
  SpanColumns,
  scanRequest,
} from '../src/index.ts';
import { openSource, PADDING_BYTES } from '../src/protobuf/source.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import { Random, randomMessage, varint } from './oracle/random-wire.ts';

const SEGMENT = { tenant: 'default', receivedUnixMs: 1_700_000_000_000 };

function field(number: number, ...content: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

/** A request with one row between resource and scope. */
function around(row: Uint8Array): Buffer {
  return field(1, field(2, field(2, row)));
}

function refusal(signal: Signal, bytes: Uint8Array): string {
  const columns = signal === 'traces' ? new SpanColumns() : new LogColumns();
  const reasons = [
    () =>
      columns.signal === 'traces'
        ? decodeTraces(columns, bytes, SEGMENT)
        : decodeLogs(columns, bytes, SEGMENT),
    () => scanRequest(signal, bytes),
  ].map((run) => {
    try {
      run();
      return 'accepted';
    } catch (error) {
      if (error instanceof MalformedError) return error.message;
      throw error;
    }
  });
  expect(reasons[0]).toBe(reasons[1]);
  return reasons[0];
}

function request(signal: Signal, bytes: Uint8Array, tenant = 'default'): EncodedRequest {
  return { signal, bytes, tenant, itemCount: scanRequest(signal, bytes), receivedUnixMs: 1 };
}

function resource(attributes: KeyValue[]): SpanColumns {
  const bytes = encodeRequest('traces', {
    resourceSpans: [
      {
        resource: { attributes },
        scopeSpans: [
          {
            spans: [
              { traceId: '', spanId: '', name: 'x', startTimeUnixNano: 0, endTimeUnixNano: 0 },
            ],
          },
        ],
      },
    ],
  });
  const columns = new SpanColumns();
  decodeTraces(columns, bytes, SEGMENT);
  return columns;
}

describe('decoding', () => {
  it('is the same whether bytes lie in the middle of memory, at its end, or are short', () => {
    const random = new Random(99);
    for (let i = 0; i < 50; i++) {
      const bytes = randomMessage(random, requestOf('traces'));
      const middle = new Uint8Array(bytes.length + 40).fill(0xff);
      middle.set(bytes, 8);
      const atEnd = new Uint8Array(bytes.length + 8).fill(0xff);
      atEnd.set(bytes, 8);
      const rows = [
        Uint8Array.from(bytes),
        middle.subarray(8, 8 + bytes.length),
        atEnd.subarray(8),
      ].map((copy) => {
        const columns = new SpanColumns(2);
        decodeTraces(columns, copy, SEGMENT);
        return columnsRows(columns);
      });
      expect(rows[1]).toEqual(rows[0]);
      expect(rows[2]).toEqual(rows[0]);
    }
  });

  it('reads chunks that were joined where they lie, with nothing of other memory behind them', () => {
    const joined = joinChunks([Buffer.from('ab'), Buffer.alloc(0), Buffer.from('c')], 3);
    expect(joined.toString()).toBe('abc');
    const source = openSource(joined);
    expect(source.bytes.buffer).toBe(joined.buffer);
    expect(source.length).toBe(3);
    expect(Buffer.from(source.bytes.subarray(3))).toEqual(Buffer.alloc(PADDING_BYTES));
  });

  it('keeps nothing of the bytes it was given', () => {
    const bytes = Buffer.from(randomMessage(new Random(5), requestOf('logs')));
    const columns = new LogColumns();
    decodeLogs(columns, bytes, SEGMENT);
    const rows = columnsRows(columns);
    bytes.fill(0xff);
    expect(columnsRows(columns)).toEqual(rows);
  });

  it('puts several requests into one batch as segments, and interns resources once', () => {
    const a = randomMessage(new Random(3), requestOf('traces'));
    const b = randomMessage(new Random(4), requestOf('traces'));
    const columns = decodeRequests('traces', [
      request('traces', a, 'one'),
      request('traces', b, 'two'),
      request('traces', a, 'one'),
      request('traces', new Uint8Array(0), 'two'),
    ]);
    const { segments } = columns;
    const rows = columnsRows(columns);
    const ends = [...segments.rowEnd.subarray(0, segments.count)];
    const aCount = scanRequest('traces', a);
    const bCount = scanRequest('traces', b);
    expect(ends).toEqual([aCount, aCount + bCount, 2 * aCount + bCount, 2 * aCount + bCount]);
    expect(rows.slice(ends[1])).toEqual(rows.slice(0, ends[0]));
    const tenants = [...segments.tenant.subarray(0, 4)].map((id) =>
      dictionaryText(segments.tenants, id),
    );
    expect(tenants).toEqual(['one', 'two', 'one', 'two']);
    const once = decodeRequests('traces', [request('traces', a), request('traces', b)]);
    expect(columns.resources.count).toBe(once.resources.count);
  });

  it('names the request that is malformed', () => {
    const good = request('logs', randomMessage(new Random(3), requestOf('logs')));
    const bad = { ...good, bytes: new Uint8Array([0x0a]) };
    let error: unknown;
    try {
      decodeRequests('logs', [good, bad, good]);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MalformedError);
    expect(error).toMatchObject({ requestIndex: 1, code: 'OTLP_MALFORMED', retryable: false });
  });

  it.each(SIGNALS)(
    'decodes requests of %s in turns, between those of other batches',
    async (signal) => {
      const batches = [3, 50].map((seed) =>
        Array.from({ length: 20 }, (_, index) =>
          request(
            signal,
            randomMessage(new Random(seed + index), requestOf(signal)),
            `${index % 3}`,
          ),
        ),
      );
      const turns = vi.fn(async () => await Promise.resolve());
      const options = { nextTurn: turns, sliceMs: 0 };
      const decoded = await Promise.all(
        batches.map((requests) => decodeRequestsInTurns(signal, requests, options)),
      );
      expect(turns).toHaveBeenCalledTimes(2 * 19);
      expect(decoded.map((columns) => columnsRows(columns))).toEqual(
        batches.map((requests) => columnsRows(decodeRequests(signal, requests))),
      );
    },
  );

  it('names the malformed one of those that are decoded in turns', async () => {
    const good = request('logs', randomMessage(new Random(3), requestOf('logs')));
    const bad = { ...good, bytes: new Uint8Array([0x0a]) };
    const nextTurn = async (): Promise<void> => await Promise.resolve();
    const decoded = decodeRequestsInTurns('logs', [good, good, bad], { nextTurn, sliceMs: 0 });
    await expect(decoded).rejects.toMatchObject({ requestIndex: 2, code: 'OTLP_MALFORMED' });
  });

  it('takes resource, scope and schema URLs that come after the rows', () => {
    const span = field(2, field(5, Buffer.from('late')));
    const scope = field(
      2,
      span,
      field(3, Buffer.from('urn:scope')),
      field(1, field(1, Buffer.from('lib'))),
    );
    const attribute = field(
      1,
      field(2, field(1, Buffer.from('svc'))),
      field(1, Buffer.from('service.name')),
    );
    const attributeInOrder = field(
      1,
      field(1, Buffer.from('service.name')),
      field(2, field(1, Buffer.from('svc'))),
    );
    const bytes = field(
      1,
      scope,
      field(3, Buffer.from('urn:resource')),
      field(1, attributeInOrder),
    );
    const columns = new SpanColumns();
    expect(decodeTraces(columns, bytes, SEGMENT)).toBe(1);
    expect(columnsRows(columns)).toMatchObject([
      {
        name: 'late',
        resourceSchemaUrl: 'urn:resource',
        scopeSchemaUrl: 'urn:scope',
        scope: { name: 'lib' },
        resource: { attributes: [['service.name', ['stringValue', 'svc']]] },
      },
    ]);
    expect(attribute.length).toBe(attributeInOrder.length);
  });

  it('counts data points, also of metrics whose data came twice', () => {
    const points = (count: number): Buffer =>
      Buffer.concat(Array.from({ length: count }, () => field(1)));
    const bytes = around(
      Buffer.concat([field(5, points(3)), field(1, Buffer.from('m')), field(7, points(2))]),
    );
    const columns = new MetricColumns();
    expect(scanRequest('metrics', bytes)).toBe(2);
    expect(decodeMetrics(columns, bytes, SEGMENT)).toBe(2);
    expect(columnsRows(columns)).toMatchObject([{ kind: 'sum', name: 'm' }]);
  });
});

describe('what is malformed', () => {
  it.each([
    ['a length past the end', Buffer.from([0x0a, 0x05, 0x00]), /length past the end/],
    ['field number 0', Buffer.from([0x02, 0x00]), /field number 0/],
    ['a group', Buffer.from([0x1b, 0x1c]), /wire type 3/],
    ['a tag without an end', Buffer.from([0x80]), /past the end of the message/],
    [
      'a length over 31 bits',
      Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      /length over 31 bits/,
    ],
    [
      'a varint over 64 bits',
      Buffer.concat([Buffer.from([0x10]), Buffer.alloc(10, 0xff), Buffer.from([1])]),
      /varint over 64 bits/,
    ],
    ['a trace id of 15 bytes', around(field(1, Buffer.alloc(15))), /id of 15 bytes instead of 16/],
    ['a span id of 16 bytes', around(field(2, Buffer.alloc(16))), /id of 16 bytes instead of 8/],
    ['a fixed64 cut', around(Buffer.from([0x39, 1, 2, 3])), /past the end/],
    [
      'a known field of another wire type',
      around(Buffer.from([0x2d, 0, 0, 0, 0])),
      /field 5 with wire type 5/,
    ],
  ])('refuses %s', (_what, bytes, reason) => {
    expect(refusal('traces', bytes)).toMatch(reason);
  });

  it('says where', () => {
    expect(refusal('traces', around(field(1, Buffer.alloc(15))))).toMatch(/at byte 8:/);
  });

  it('is said of attributes as of values elsewhere, whatever any of their bytes is', () => {
    const value = (tag: number, ...content: number[]): Buffer => Buffer.from([tag, ...content]);
    const double = Buffer.from([0x21, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    const negative = value(0x18, ...Array.from({ length: 9 }, () => 0xff), 1);
    const values = [field(1, Buffer.from('ab')), value(0x10, 1), value(0x18, 0x80, 0x7f), double];
    for (const content of [...values, negative, Buffer.alloc(0)]) {
      const row = field(6, field(1, Buffer.from('k')), field(2, content));
      const bytes = around(Buffer.concat([row, field(6, field(1, Buffer.from('next')))]));
      expect(refusal('logs', bytes)).toBe('accepted');
      const start = bytes.indexOf(row);
      for (let at = start; at < start + row.length; at++) {
        for (let byte = 0; byte < 256; byte++) {
          const changed = Buffer.from(bytes);
          changed[at] = byte;
          refusal('logs', changed);
        }
      }
    }
  });

  it('refuses dictionary strings over 2 MiB, and takes as long bodies', () => {
    const long = Buffer.alloc(DICTIONARY_STRING_BYTES_MAX + 1, 0x61);
    expect(refusal('traces', around(field(5, long)))).toMatch(/are the most here/);
    expect(refusal('traces', around(field(9, field(1, long))))).toMatch(/are the most here/);
    expect(refusal('traces', around(field(9, field(2, field(1, long)))))).toBe('accepted');
    expect(refusal('logs', around(field(5, field(1, long))))).toBe('accepted');
  });

  it('refuses more rows than its limit, also in data that counts for nothing', () => {
    const rows = (number: number, count: number): Buffer =>
      Buffer.alloc(count * 2).fill(Buffer.from([number * 8 + 2, 0]));
    // The groups of the resource and the scope around them are rows, too.
    const most = REQUEST_ROWS_MAX - 2;
    expect(refusal('logs', field(1, field(2, rows(2, most))))).toBe('accepted');
    expect(refusal('logs', field(1, field(2, rows(2, most + 1))))).toMatch(
      /more than 1000000 rows/,
    );
    expect(refusal('traces', around(rows(13, most - 1)))).toBe('accepted');
    expect(refusal('traces', around(rows(11, most)))).toMatch(/more than 1000000 rows/);
    const replaced = around(
      Buffer.concat([field(5, rows(1, most / 2)), field(7, rows(1, most / 2))]),
    );
    expect(() => scanRequest('metrics', replaced)).toThrow(/more than 1000000 rows/);
    expect(() => decodeMetrics(new MetricColumns(), replaced, SEGMENT)).toThrow(
      /more than 1000000 rows/,
    );
  });

  it('refuses values nested deeper than its limit', () => {
    const nested = (levels: number): Buffer => {
      let value: Buffer = Buffer.alloc(0);
      for (let i = 0; i < levels; i++) value = field(5, field(1, value));
      return value;
    };
    expect(refusal('logs', around(field(5, nested(NESTED_VALUES_MAX))))).toBe('accepted');
    expect(refusal('logs', around(field(5, nested(NESTED_VALUES_MAX + 1))))).toMatch(
      /nested deeper/,
    );
  });

  it('looks into resources and scopes that a later one replaces', () => {
    const bad = field(1, field(1, Buffer.from([0x02])));
    const good = field(1);
    const rows = field(2, field(2));
    expect(refusal('traces', field(1, bad, good, rows))).toMatch(/field number 0/);
    expect(refusal('traces', field(1, bad))).toMatch(/field number 0/);
    expect(
      refusal('traces', field(1, field(2, field(1, Buffer.from([0x02, 0])), field(2), good))),
    ).toMatch(/field number 0/);
  });
});

describe('resources', () => {
  const text = (key: string, stringValue: string): KeyValue => ({ key, value: { stringValue } });

  it('have a fingerprint that knows no order', () => {
    const a = [
      text('service.name', 'a'),
      text('host.name', 'h'),
      { key: 'pid', value: { intValue: 7 } },
    ];
    const prints = [a, [...a].reverse(), a.slice(1), [text('pid', '7'), ...a.slice(0, 2)]].map(
      (attributes) => resource(attributes).resources.fingerprint.subarray(0, 2).join(),
    );
    expect(prints[1]).toBe(prints[0]);
    expect(new Set(prints).size).toBe(3);
  });

  it('never change their fingerprint', () => {
    const columns = resource([
      text('service.name', 'checkout'),
      { key: 'n', value: { doubleValue: 0.5 } },
    ]);
    expect([...columns.resources.fingerprint.subarray(0, 2)]).toMatchInlineSnapshot(`
      [
        4248222693,
        3610163030,
      ]
    `);
  });

  it('name their service: the first service.name that is no list', () => {
    const name = (attributes: KeyValue[]): string => {
      const { resources } = resource(attributes);
      return dictionaryText(resources.serviceNames, resources.serviceName[0]);
    };
    expect(name([text('service.name', 'a'), text('service.name', 'b')])).toBe('a');
    expect(name([{ key: 'service.name', value: { intValue: 5 } }])).toBe('5');
    expect(name([text('service.nam', 'a'), text('service.namex', 'a')])).toBe('');
    expect(name([{ key: 'service.name', value: { arrayValue: { values: [] } } }])).toBe('');
  });

  it('keep entity references in the message', () => {
    const bytes = encodeRequest('logs', {
      resourceLogs: [
        {
          resource: { entityRefs: [{ type: 'k8s.pod', idKeys: ['k8s.pod.uid'] }] },
          scopeLogs: [{ logRecords: [{}] }],
        },
      ],
    });
    const columns = new LogColumns();
    decodeLogs(columns, bytes, SEGMENT);
    const { messages, messageId } = columns.resources;
    expect(nativeText(messages.run, messages.offset[messageId[0]])).toContain('k8s.pod.uid');
  });
});

describe('numbers as text', () => {
  it('are exact for every integer, and shortest for every double', () => {
    const ints = [
      0n,
      9n,
      10n,
      -1n,
      -10n,
      999999999n,
      1000000000n,
      -(2n ** 31n),
      2n ** 32n,
      2n ** 53n,
      -(2n ** 53n) - 1n,
      10n ** 18n,
      9_007_199_254_740_993n,
      2n ** 63n - 1n,
      -(2n ** 63n),
      1_000_000_000_000_000_000n,
      9_223_372_036_000_000_000n,
    ];
    for (let shift = 0n; shift < 63n; shift++)
      ints.push(1n << shift, (1n << shift) - 1n, -(1n << shift));
    const doubles = [
      0,
      -0,
      1,
      0.1,
      1e21,
      1e-7,
      Number.NaN,
      Infinity,
      -Infinity,
      5e-324,
      -2.2250738585072014e-308,
    ];
    const attributes: KeyValue[] = [
      ...ints.map((intValue) => ({ key: 'i', value: { intValue } })),
      ...doubles.map((doubleValue) => ({ key: 'd', value: { doubleValue } })),
    ];
    const list = resource(attributes).resources.attributes;
    const texts = attributes.map((_, i) => nativeText(list.values, list.valueStart[i]));
    expect(texts.slice(0, ints.length)).toEqual(ints.map(String));
    expect(texts.slice(ints.length)).toEqual(
      doubles.map((x) => (Object.is(x, -0) ? '-0' : String(x))),
    );
    expect(list.types[0]).toBe(AnyValueType.int);
  });
});
