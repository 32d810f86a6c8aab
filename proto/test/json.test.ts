import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeRequest,
  JSON_DEPTH_MAX,
  jsonText,
  jsonToProtobuf,
  type LogsRequest,
  MalformedError,
  type MetricsRequest,
  type Signal,
  scanRequest,
  type TracesRequest,
} from '../src/index.ts';
import { JsonReader } from '../src/json/json-reader.ts';
import { oracleRows } from './oracle/oracle-rows.ts';

/** A request around one row, as text. */
function around(signal: Signal, row: string): string {
  const [resources, scopes, rows] = {
    traces: ['resourceSpans', 'scopeSpans', 'spans'],
    logs: ['resourceLogs', 'scopeLogs', 'logRecords'],
    metrics: ['resourceMetrics', 'scopeMetrics', 'metrics'],
    profiles: ['', '', ''],
  }[signal];
  return `{"${resources}":[{"${scopes}":[{"${rows}":[${row}]}]}]}`;
}

function rowOf(signal: Signal, row: string): Record<string, unknown> {
  const bytes = jsonToProtobuf(signal, around(signal, row));
  scanRequest(signal, bytes);
  return oracleRows(signal, bytes)[0];
}

function refusal(signal: Signal, text: string): string {
  try {
    jsonToProtobuf(signal, text);
  } catch (error) {
    if (error instanceof MalformedError) return error.message;
    throw error;
  }
  throw new Error(`accepted ${text}`);
}

function hex64(value: bigint): string {
  return BigInt.asUintN(64, value).toString(16).padStart(16, '0');
}

describe('OTLP/JSON', () => {
  it('reads ids as hex in any case, times as text or numbers, enums as numbers or names', () => {
    const row = rowOf(
      'traces',
      `{"traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"eee19b7ec3c1b174",
        "parentSpanId":"","name":"I'm a server span","kind":"SPAN_KIND_SERVER",
        "startTimeUnixNano":"1544712660000000001","endTimeUnixNano":1544712661000000001,
        "flags":257,"status":{"code":2,"message":"no"}}`,
    );
    expect(row).toMatchObject({
      traceId: Buffer.from('5b8efff798038103d269b633813fc60c', 'hex').toString('latin1'),
      spanId: Buffer.from('eee19b7ec3c1b174', 'hex').toString('latin1'),
      parentSpanId: '\0'.repeat(8),
      name: "I'm a server span",
      kind: 2,
      start: hex64(1544712660000000001n),
      end: hex64(1544712661000000001n),
      flags: 257,
      statusCode: 2,
      statusMessage: 'no',
    });
  });

  it('keeps 64-bit integers exact above 2^53, as text and as numbers', () => {
    const values = ['9007199254740993', '-9223372036854775808', '9223372036854775807', '0', '-1'];
    for (const value of values) {
      for (const written of [value, `"${value}"`]) {
        const row = rowOf('logs', `{"body":{"intValue":${written}}}`);
        expect(row['body']).toEqual(['intValue', value]);
      }
    }
    const metric = rowOf(
      'metrics',
      '{"name":"m","histogram":{"dataPoints":[{"count":"18446744073709551615","bucketCounts":["1",18446744073709551614],"explicitBounds":[0.5]}]}}',
    );
    expect(metric['points']).toMatchObject([
      {
        count: 'f'.repeat(16),
        buckets: [hex64(1n), hex64(18446744073709551614n)],
        bounds: ['0.5'],
      },
    ]);
  });

  it('refuses integers that do not fit or are none', () => {
    const written = ['9223372036854775808', '1.5', '"1.5"', '""', '"a"', '" 1"', '1e400', 'true'];
    for (const value of written) {
      expect(refusal('logs', around('logs', `{"body":{"intValue":${value}}}`))).toMatch(/intValue/);
    }
    expect(refusal('logs', around('logs', '{"flags":-1}'))).toMatch(/flags/);
    expect(refusal('logs', around('logs', '{"timeUnixNano":"18446744073709551616"}'))).toMatch(
      /timeUnixNano/,
    );
    expect(rowOf('logs', '{"body":{"intValue":1e3}}')['body']).toEqual(['intValue', '1000']);
  });

  it('reads doubles as numbers and as text, NaN and infinities too', () => {
    const cases: [string, string][] = [
      ['1.25', '1.25'],
      ['"1.25"', '1.25'],
      ['"NaN"', 'NaN'],
      ['"Infinity"', 'Infinity'],
      ['"-Infinity"', '-Infinity'],
      ['-0.0', '-0'],
      ['1.7976931348623157e308', '1.7976931348623157e+308'],
      ['1e-400', '0'],
    ];
    for (const [written, value] of cases) {
      expect(rowOf('logs', `{"body":{"doubleValue":${written}}}`)['body']).toEqual([
        'doubleValue',
        value,
      ]);
    }
    expect(refusal('logs', around('logs', '{"body":{"doubleValue":"inf"}}'))).toMatch(/no number/);
    // A number that no double holds is not infinity.
    for (const written of ['1e999', '-1e400', '"1e999"']) {
      const text = around('logs', `{"body":{"doubleValue":${written}}}`);
      expect(refusal('logs', text)).toBe(
        `malformed OTLP at byte ${text.indexOf(written)}: doubleValue is over the range of doubles`,
      );
    }
  });

  it('reads bytes in base64 of either alphabet, padded or not, and none that loses some', () => {
    const written: [string, string][] = [
      ['', ''],
      ['aGk=', 'hi'],
      ['aGk', 'hi'],
      ['YQ==', 'a'],
      ['YQ', 'a'],
      ['-_-_', '\xfb\xff\xbf'],
      ['+/+/', '\xfb\xff\xbf'],
    ];
    for (const [text, bytes] of written) {
      const row = rowOf('logs', `{"body":{"bytesValue":"${text}"}}`);
      expect(row['body']).toEqual(['bytesValue', bytes]);
    }
    for (const bad of [
      'a',
      '=',
      '==',
      'aGkab',
      'aGkabcdef',
      'aa=',
      'a===',
      'aGk==',
      '*',
      'aGk=a',
    ]) {
      const text = around('logs', `{"body":{"bytesValue":"${bad}"}}`);
      expect(refusal('logs', text)).toBe(
        `malformed OTLP at byte ${text.indexOf(`"${bad}"`)}: bytesValue is not base64`,
      );
    }
  });

  it('reads integers as decimal text only, whole ones with a fraction or an exponent too', () => {
    const whole: [string, string][] = [
      ['1.0', '1'],
      ['"12.50e1"', '125'],
      ['9.223372036854775807e18', '9223372036854775807'],
      ['"-9223372036854775808.000"', '-9223372036854775808'],
      ['120e-1', '12'],
      ['0e5', '0'],
      ['-0.0', '0'],
    ];
    for (const [written, value] of whole) {
      const row = rowOf('logs', `{"body":{"intValue":${written}}}`);
      expect(row['body']).toEqual(['intValue', value]);
    }
    const odd = [
      '"0x10"',
      '"0b1"',
      '"0o7"',
      '"+5"',
      '"5."',
      '".5"',
      '"1e"',
      '"1_0"',
      '"5 "',
      '"-"',
    ];
    for (const written of [...odd, '1e-1', '9.3e18', '1e999', '"Infinity"', '"12n"']) {
      const text = around('logs', `{"body":{"intValue":${written}}}`);
      expect(refusal('logs', text)).toContain(`at byte ${text.indexOf(written)}: intValue is no`);
    }
  });

  it('names the byte at which a body stops being UTF-8', () => {
    const parts = ['é', '\u{20ac}', '\u{1f525}', '\u{10ffff}', '\ud7ff', '\ue000', 'a\0'];
    const good = Buffer.from(`{"k":"${parts.join('')}"}`);
    expect(jsonText(good)).toBe(good.toString());
    const bad = [
      'ff',
      'c080',
      'c3',
      'c328',
      'e08080',
      'eda080',
      'f08080',
      'f4908080',
      'e282',
      '80',
    ];
    for (const hex of bad) {
      const bytes = Buffer.concat([
        good,
        Buffer.from(hex, 'hex'),
        Buffer.from(hex < 'd' ? '"' : ''),
      ]);
      expect(() => jsonText(bytes), hex).toThrow(
        new MalformedError(good.length, 'JSON that is not UTF-8'),
      );
    }
  });

  it('keeps every kind of value, nested and empty ones', () => {
    const row = rowOf(
      'logs',
      `{"body":{"kvlistValue":{"values":[
        {"key":"a","value":{"arrayValue":{"values":[{"boolValue":false},null,{},{"stringValue":""}]}}},
        {"key":"a","value":{"bytesValue":"aGk="}},{"key":"none"}]}}}`,
    );
    expect(row['body']).toEqual([
      'kvlistValue',
      [
        ['a', ['arrayValue', [['boolValue', false], ['empty'], ['empty'], ['stringValue', '']]]],
        ['a', ['bytesValue', 'hi']],
        ['none', ['empty']],
      ],
    ]);
  });

  it('ignores unknown keys and the snake_case names, and takes null for absent', () => {
    const row = rowOf(
      'traces',
      `{"name":null,"trace_id":"00","unknown":{"a":[1,{"b":null}],"c":"\\u0041"},"attributes":null,
        "droppedEventsCount":3}`,
    );
    expect(row).toMatchObject({ name: '', traceId: '\0'.repeat(16), attributes: [] });
    expect(row['droppedEvents']).toBe(3);
    expect(jsonToProtobuf('traces', '{}')).toHaveLength(0);
  });

  it('says where text is not JSON', () => {
    const cases: [string, RegExp][] = [
      ['', /expected \{/],
      ['[]', /expected \{/],
      ['{"a":1,}', /expected "/],
      ['{"a":01}', /expected \}/],
      ['{"a":"\n"}', /control character/],
      ['{"a":"\\x"}', /byte 6: bad escape/],
      ['{"a":"\\n\\\\\\q"}', /byte 10: bad escape/],
      ['{"a":"\\u12g4"}', /bad \\u escape/],
      ['{"a":"', /without an end/],
      ['{"a":tru}', /expected true/],
      ['{} {}', /after the end/],
      ["{'a':1}", /expected "/],
      ['{"a":NaN}', /expected a number/],
    ];
    for (const [text, message] of cases) expect(refusal('logs', text), text).toMatch(message);
    expect(() => jsonToProtobuf('logs', '{"resourceLogs":7}')).toThrow(
      new MalformedError(16, 'expected ['),
    );
  });

  it('refuses ids of a wrong length, other hex and other base64', () => {
    for (const id of ['"00"', '"zz"', '"0"', `"${'0'.repeat(34)}"`, '7']) {
      expect(refusal('traces', around('traces', `{"traceId":${id}}`))).toMatch(/traceId/);
    }
    expect(refusal('logs', around('logs', '{"body":{"bytesValue":"*"}}'))).toMatch(/base64/);
  });

  it('stops at its depth', () => {
    const nest = (levels: number): string => `{"x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(jsonToProtobuf('logs', nest(JSON_DEPTH_MAX - 1))).toHaveLength(0);
    expect(refusal('logs', nest(JSON_DEPTH_MAX))).toMatch(/nested deeper/);
  });

  it('reads what JSON.parse reads, and refuses what it refuses', () => {
    const read = (text: string): boolean => {
      const reader = new JsonReader(text);
      try {
        reader.skipValue();
        reader.finish();
        return true;
      } catch (error) {
        if (error instanceof MalformedError) return false;
        throw error;
      }
    };
    const parse = (text: string): boolean => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '{', '1', '-', '.', ','),
        (text, at, extra) => {
          expect(read(text)).toBe(true);
          const index = at % (text.length + 1);
          const mutant = text.slice(0, index) + extra + text.slice(index + (at % 2));
          expect(read(mutant), mutant).toBe(parse(mutant));
        },
      ),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(new JsonReader(JSON.stringify(text)).readString()).toBe(text);
      }),
    );
  });
});

const TRACES: TracesRequest = {
  resourceSpans: [
    {
      resource: {
        attributes: [{ key: 'service.name', value: { stringValue: 'käse' } }],
        entityRefs: [{ type: 'service', idKeys: ['service.name'] }],
      },
      scopeSpans: [
        {
          scope: { name: 'tests', version: '1' },
          spans: [
            {
              traceId: '5b8efff798038103d269b633813fc60c',
              spanId: new Uint8Array([1, 2, 3, 4, 5, 6, 7, 8]),
              name: 'x'.repeat(200),
              startTimeUnixNano: 1544712660000000000n,
              endTimeUnixNano: '1544712660000000001',
              events: [{ timeUnixNano: 5, name: 'e' }],
              links: [
                {
                  traceId: '5b8efff798038103d269b633813fc60c',
                  spanId: '0102030405060708',
                  flags: 3,
                },
              ],
            },
          ],
        },
      ],
      schemaUrl: 'https://opentelemetry.io/schemas/1.30.0',
    },
  ],
};

const METRICS: MetricsRequest = {
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: [
            {
              name: 'gauge',
              gauge: {
                dataPoints: [
                  { timeUnixNano: 1, asDouble: Number.NaN },
                  { timeUnixNano: 1, asInt: -5n },
                ],
              },
            },
            {
              name: 'sum',
              sum: {
                dataPoints: [{ timeUnixNano: 1, asInt: 0 }],
                aggregationTemporality: 2,
                isMonotonic: true,
              },
            },
            {
              name: 'exponential',
              exponentialHistogram: {
                aggregationTemporality: 1,
                dataPoints: [
                  {
                    timeUnixNano: 1,
                    count: 3,
                    scale: -2,
                    positive: { offset: -7, bucketCounts: [1, 300n] },
                  },
                ],
              },
            },
            {
              name: 'summary',
              summary: {
                dataPoints: [
                  {
                    timeUnixNano: 1,
                    count: 1,
                    sum: 2,
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
};

const LOGS: LogsRequest = {
  resourceLogs: [
    { scopeLogs: [{ logRecords: [{ body: { stringValue: 'hello' }, severityNumber: 9 }, {}] }] },
  ],
};

describe('encodeRequest', () => {
  it('writes what the text of the same object is turned into', () => {
    const text = (request: object): string =>
      JSON.stringify(request, (_key, value: unknown) => {
        if (typeof value === 'bigint') return String(value);
        if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
        return Number.isNaN(value) ? 'NaN' : value;
      });
    for (const [signal, request, items] of [
      ['traces', TRACES, 1],
      ['metrics', METRICS, 5],
      ['logs', LOGS, 2],
    ] as const) {
      const bytes = encodeRequest(signal, request);
      expect(scanRequest(signal, bytes)).toBe(items);
      expect(oracleRows(signal, bytes)).toEqual(
        oracleRows(signal, jsonToProtobuf(signal, text(request))),
      );
    }
  });

  it('gives a reader every field', () => {
    expect(oracleRows('metrics', encodeRequest('metrics', METRICS))).toMatchObject([
      { name: 'gauge', points: [{ value: ['asDouble', 'NaN'] }, { value: ['asInt', hex64(-5n)] }] },
      { name: 'sum', temporality: 2, isMonotonic: true, points: [{ value: ['asInt', hex64(0n)] }] },
      { points: [{ scale: -2, positive: { offset: -7, counts: [hex64(1n), hex64(300n)] } }] },
      { points: [{ sum: '2', quantiles: [['0.5', '2']] }] },
    ]);
  });

  it('throws for what does not fit a field', () => {
    expect(() =>
      encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [{ flags: 1.5 }] }] }] }),
    ).toThrow(TypeError);
  });
});
