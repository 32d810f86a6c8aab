import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Columns,
  columnsToJson,
  decodeRequests,
  encodeColumns,
  encodePoints,
  encodeRequest,
  encodeRows,
  jsonToProtobuf,
  MetricColumns,
  ProfileColumns,
  protobufToJson,
  SIGNALS,
  type Signal,
  SpanColumns,
  scanRequest,
} from '../src/index.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import { oracleRows } from './oracle/oracle-rows.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';
import type { Row } from './oracle/rows.ts';

function decode(signal: Signal, ...requests: Uint8Array[]): Columns {
  return decodeRequests(
    signal,
    requests.map((bytes) => ({
      signal,
      bytes,
      itemCount: scanRequest(signal, bytes),
      tenant: 'default',
      receivedUnixMs: 1_700_000_000_000,
    })),
  );
}

function randomBatch(seed: number, signal: Signal, requests: number): Columns {
  const random = new Random(seed);
  const bytes = Array.from({ length: requests }, () => randomMessage(random, requestOf(signal)));
  return decode(signal, ...bytes);
}

/** Without the dictionaries, whose indexes move when they are joined. */
function ownRows(columns: Columns): Row[] {
  return columnsRows(columns).filter((row) => !('dictionary' in row));
}

function randomRows(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => (random.chance(0.5) ? 1 : 0));
}

/** How many groups of resources and of scopes a request has. */
function groupCount(signal: Signal, bytes: Uint8Array): number {
  let count = 0;
  JSON.parse(protobufToJson(signal, bytes), (key, value: unknown) => {
    const isList = /^(?:resource|scope)(?:Spans|Logs|Metrics|Profiles)$/.test(key);
    if (isList && Array.isArray(value)) count += value.length;
    return value;
  });
  return count;
}

describe.each(SIGNALS)('encoding %s', (signal) => {
  it('gives every cell again, and protobufjs reads the same from the bytes', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const columns = randomBatch(seed, signal, 1);
        const bytes = encodeColumns(columns);
        const rows = columnsRows(columns);
        expect(columnsRows(decode(signal, bytes))).toEqual(rows);
        expect(oracleRows(signal, bytes)).toEqual(rows);
        // Resources that were sent in two ways are one once they are written alike.
        const again = encodeColumns(decode(signal, bytes));
        if (groupCount(signal, again) === groupCount(signal, bytes)) expect(again).toEqual(bytes);
        expect(columnsRows(decode(signal, again))).toEqual(rows);
        expect(encodeColumns(decode(signal, again))).toEqual(again);
      }),
      { numRuns: 150, examples: [[-666727766]] },
    );
  });

  it('gives every cell again by way of JSON', () => {
    for (let seed = 0; seed < 40; seed++) {
      const columns = randomBatch(seed, signal, 1);
      const bytes = jsonToProtobuf(signal, columnsToJson(columns));
      expect(oracleRows(signal, bytes)).toEqual(columnsRows(columns));
    }
  });

  it('writes no bytes for no rows', () => {
    const columns = randomBatch(3, signal, 8);
    expect(columns.count).toBeGreaterThan(0);
    expect(encodeRows(columns, new Uint8Array(columns.count))).toHaveLength(0);
    expect(encodeColumns(decode(signal))).toHaveLength(0);
  });
});

describe('encoding batches of several requests', () => {
  it.each(['traces', 'logs', 'metrics'] as const)('keeps the order of %s', (signal) => {
    for (let seed = 0; seed < 30; seed++) {
      const columns = randomBatch(seed, signal, 3);
      expect(columnsRows(decode(signal, encodeColumns(columns)))).toEqual(columnsRows(columns));
    }
  });

  it.each(['traces', 'logs', 'metrics'] as const)('writes the picked rows of %s', (signal) => {
    for (let seed = 0; seed < 30; seed++) {
      const columns = randomBatch(seed, signal, 3);
      const rows = randomRows(new Random(seed), columns.count);
      const written = columnsRows(decode(signal, encodeRows(columns, rows)));
      expect(written).toEqual(columnsRows(columns).filter((_, row) => rows[row] !== 0));
    }
  });

  it('writes a resource once for rows that follow each other', () => {
    const request = encodeRequest('logs', {
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.name', value: { stringValue: 'cart' } }] },
          scopeLogs: [{ scope: { name: 'a' }, logRecords: [{}, {}] }],
        },
      ],
    });
    const joined = encodeColumns(decode('logs', request, request));
    expect(Buffer.from(joined).toString('latin1').split('cart')).toHaveLength(2);
    expect(decode('logs', joined).count).toBe(4);
  });

  it('keeps entity references and unknown fields of resources and scopes', () => {
    const columns = randomBatch(11, 'traces', 20);
    const messages = columns.resources.messages.count;
    expect(messages).toBeGreaterThan(5);
    const again = decode('traces', encodeColumns(columns));
    const fieldsOf = (batch: Columns): number[] => {
      const { run, offset, count } = batch.resources.messages;
      return Array.from({ length: count - 1 }, (_, i) => {
        const message = run.bytes.subarray(offset[i + 1], offset[i + 2]);
        return message.filter((byte) => byte === 0x1a).length;
      });
    };
    expect(fieldsOf(again).some((count) => count > 0)).toBe(true);
  });
});

describe('encoding some points of metrics', () => {
  const dataPoints = [1, 2, 3].map((asInt) => ({ asInt, timeUnixNano: 1 }));
  const metrics = decode(
    'metrics',
    encodeRequest('metrics', {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: 'a', gauge: { dataPoints } },
                { name: 'none' },
                {
                  name: 'b',
                  sum: { dataPoints: dataPoints.slice(0, 1), aggregationTemporality: 2 },
                },
                { name: 'empty', gauge: { dataPoints: [] } },
              ],
            },
          ],
        },
      ],
    }),
  );

  function namesAndPoints(numbers: Uint8Array): unknown[] {
    if (!(metrics instanceof MetricColumns)) throw new Error('no metrics');
    const again = decode('metrics', encodePoints(metrics, { numbers }));
    return columnsRows(again).map((row) => [
      row['name'],
      Array.isArray(row['points']) ? row['points'].length : -1,
    ]);
  }

  it('leaves out the others, and metrics of which nothing is left', () => {
    const numbers = new Uint8Array(4);
    numbers[0] = 1;
    numbers[2] = 1;
    expect(namesAndPoints(numbers)).toEqual([
      ['a', 2],
      ['none', 0],
      ['empty', 0],
    ]);
    numbers[3] = 1;
    numbers[0] = 0;
    expect(namesAndPoints(numbers)).toEqual([
      ['a', 1],
      ['none', 0],
      ['b', 1],
      ['empty', 0],
    ]);
  });
});

describe('encoding profiles of several requests', () => {
  const request = (name: string, stackIndex: number): Uint8Array =>
    encodeRequest('profiles', {
      resourceProfiles: [
        {
          scopeProfiles: [
            {
              profiles: [
                {
                  sampleType: { typeStrindex: 1, unitStrindex: 2 },
                  samples: [{ stackIndex, linkIndex: 0, attributeIndices: [1], values: [7] }],
                },
              ],
            },
          ],
        },
      ],
      dictionary: {
        mappingTable: [{}, { filenameStrindex: 3 }],
        locationTable: [{}, { mappingIndex: 1, lines: [{ functionIndex: 1, line: 5 }] }],
        functionTable: [{}, { nameStrindex: 3 }],
        linkTable: [{}],
        stringTable: ['', 'cpu', 'nanoseconds', name],
        attributeTable: [{}, { keyStrindex: 3, value: { intValue: 1 } }],
        stackTable: [{}, { locationIndices: [1] }],
      },
    });

  /** The name of the function of the sample's leaf. */
  function leaf(columns: ProfileColumns, sample: number, segment: number): string {
    const { dictionary, samples } = columns;
    const { stacks, locations, functions, strings } = dictionary;
    const stack = stacks.rowOf(segment, samples.stack[sample]);
    if (stack < 0) return 'nowhere';
    const first = stack === 0 ? 0 : stacks.locations.end[stack * 2 - 2];
    if (first === stacks.locations.end[stack * 2]) return 'empty';
    const index = stacks.locations.indices.view.getInt32(first * 4, true);
    const location = locations.rowOf(segment, index);
    const line = location === 0 ? 0 : locations.lineEnd[location * 2 - 2];
    const row = functions.rowOf(segment, locations.lines.function[line]);
    const id = strings.id[strings.rowOf(segment, functions.name[row])];
    const { run, offset } = strings.dictionary;
    return Buffer.from(run.bytes.subarray(offset[id] + 1, offset[id + 1])).toString();
  }

  it('joins their dictionaries so that every index leads where it led', () => {
    const columns = decode('profiles', request('main', 1), request('loop', 1), request('x', 9));
    const again = decode('profiles', encodeColumns(columns));
    if (!(columns instanceof ProfileColumns) || !(again instanceof ProfileColumns)) {
      throw new Error('no profiles');
    }
    expect([0, 1, 2].map((i) => leaf(columns, i, i))).toEqual(['main', 'loop', 'nowhere']);
    expect([0, 1, 2].map((i) => leaf(again, i, 0))).toEqual(['main', 'loop', 'empty']);
    expect([...again.sampleType.subarray(0, 3)]).toEqual([1, 5, 9]);
  });

  it('writes only the dictionaries of requests whose profiles were picked', () => {
    const columns = decode('profiles', request('main', 1), request('loop', 1));
    const rows = new Uint8Array(columns.count);
    rows[1] = 1;
    const bytes = encodeRows(columns, rows);
    expect(bytes).toEqual(encodeColumns(decode('profiles', request('loop', 1))));
    expect(Buffer.from(bytes).includes('main')).toBe(false);
    expect(ownRows(decode('profiles', bytes))).toHaveLength(1);
  });
});

describe('encoding numbers', () => {
  it('is exact for every integer and double an attribute can hold', () => {
    const integers = [0n, 1n, -1n, 9n, 127n, 128n, -128n, 2n ** 31n, -(2n ** 31n), 2n ** 32n];
    const edges = [10n ** 15n - 1n, 10n ** 15n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)];
    const ints = [...integers, ...edges, ...edges.map((value) => -value)];
    const inRange = ints.filter((value) => BigInt.asIntN(64, value) === value);
    const doubles = [0, -0, 0.1, 1e21, 5e-324, Number.NaN, Infinity, -Infinity, 1.7e308];
    const attributes = [
      ...inRange.map((intValue) => ({ key: 'i', value: { intValue } })),
      ...doubles.map((doubleValue) => ({ key: 'd', value: { doubleValue } })),
      { key: 'b', value: { boolValue: true } },
      { key: 'b', value: { boolValue: false } },
      { key: 'e', value: {} },
    ];
    const span = {
      traceId: '',
      spanId: '',
      name: '',
      startTimeUnixNano: 0,
      endTimeUnixNano: 0,
      attributes,
    };
    const bytes = encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
    const columns = decode('traces', bytes);
    expect(columns).toBeInstanceOf(SpanColumns);
    expect(encodeColumns(columns)).toEqual(bytes);
  });
});
