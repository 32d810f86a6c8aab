import { describe, expect, it } from 'vitest';
import {
  DICTIONARY_STRING_BYTES_MAX,
  decodeTraces,
  encodeColumns,
  encodeRequest,
  jsonToProtobuf,
  MalformedError,
  nativeText,
  protobufToJson,
  readAttribute,
  type Span,
  SpanColumns,
  scanRequest,
} from '../src/index.ts';
import { varint } from './oracle/random-wire.ts';

const SEGMENT = { tenant: 'default', receivedUnixMs: 1_700_000_000_000 };
const CPU_MS_MAX = 20_000;
/** README: attributes take at worst ten times their bytes, twice that while a table doubles. */
const MEMORY_FACTOR_MAX = 20;
const IDS = { traceId: '01'.repeat(16), spanId: '02'.repeat(8) };
const TIMES = { startTimeUnixNano: 1, endTimeUnixNano: 2 };

function request(...spans: Partial<Span>[]): Uint8Array {
  return encodeRequest('traces', {
    resourceSpans: [
      { scopeSpans: [{ spans: spans.map((span) => ({ ...IDS, ...TIMES, name: 'n', ...span })) }] },
    ],
  });
}

function field(number: number, ...content: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(BigInt(bytes.length)), bytes]);
}

const raw = (...fields: Uint8Array[]): Buffer =>
  field(1, field(2, field(2, Buffer.concat(fields))));

function decode(bytes: Uint8Array): SpanColumns {
  const columns = new SpanColumns(1);
  expect(decodeTraces(columns, bytes, SEGMENT)).toBe(scanRequest('traces', bytes));
  return columns;
}

/** The refusal; scan and decode must agree in it, and the batch must be as it was. */
function refusal(bytes: Uint8Array): MalformedError {
  const columns = new SpanColumns(1);
  const errors = [
    () => scanRequest('traces', bytes),
    () => decodeTraces(columns, bytes, SEGMENT),
  ].map((run) => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  });
  const [scanned, decoded] = errors;
  if (!(scanned instanceof MalformedError) || !(decoded instanceof MalformedError)) {
    throw new Error(`taken: ${errors.join(', ')}`);
  }
  expect(columns.count + columns.attributes.count + columns.names.count).toBe(1);
  return decoded;
}

/** `toEqual` looks at millions of bytes one by one. */
function expectSame(ours: Uint8Array, theirs: Uint8Array): void {
  expect(Buffer.compare(ours, theirs)).toBe(0);
}

function cpuMs(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

describe('a span with 10,000 attributes', () => {
  it('keeps every one, in order and with duplicates', () => {
    const attributes = Array.from({ length: 10_000 }, (_, i) => ({
      key: `key-${i % 5000}`,
      value: { intValue: i },
    }));
    const columns = decode(request({ attributes }));
    expect(columns.attributes.count).toBe(10_000);
    expect(readAttribute(columns.attributes, 9_999)).toMatchObject({
      key: 'key-4999',
      text: '9999',
    });
    expectSame(encodeColumns(columns), request({ attributes }));
  });
});

describe('strings of 10 MB', () => {
  const long = 'x'.repeat(10 << 20);

  it('are kept as values, trace states and status messages', () => {
    const bytes = request({
      attributes: [{ key: 'k', value: { stringValue: long } }],
      traceState: long,
      status: { message: long, code: 2 },
    });
    const columns = decode(bytes);
    expect(readAttribute(columns.attributes, 0).text).toHaveLength(long.length);
    expect(nativeText(columns.traceState.run, columns.traceState.start[0]) === long).toBe(true);
    expectSame(encodeColumns(columns), bytes);
  });

  it('are refused as names and keys, whose limit is named', () => {
    for (const span of [{ name: long }, { attributes: [{ key: long }] }]) {
      expect(refusal(request(span)).message).toContain(String(DICTIONARY_STRING_BYTES_MAX));
    }
  });
});

describe('bytes that are no UTF-8', () => {
  const bad = Buffer.from([0x61, 0xff, 0xc3, 0x28, 0xed, 0xa0, 0x80]);
  const bytes = raw(field(5, bad), field(3, bad), field(9, field(1, bad), field(2, field(1, bad))));

  it('stay as they were sent, also when they are encoded again', () => {
    const columns = decode(bytes);
    const again = Buffer.from(encodeColumns(columns));
    expect(again.toString('latin1').split(bad.toString('latin1'))).toHaveLength(5);
  });

  it('are U+FFFD in text and JSON, which cannot hold them', () => {
    const { key, text } = readAttribute(decode(bytes).attributes, 0);
    const replaced = new TextDecoder().decode(bad);
    expect(replaced).toContain('\u{fffd}');
    expect([key, text]).toEqual([replaced, replaced]);
    expect(protobufToJson('traces', bytes)).toContain(JSON.stringify(replaced));
  });
});

describe('ids of a wrong length', () => {
  it.each([1, 7, 9, 15, 17, 32])('are refused: %i bytes', (length) => {
    const id = Buffer.alloc(length, 1);
    for (const number of [1, 2, 4]) {
      const error = refusal(raw(field(number, id)));
      expect(error.message).toMatch(/id of \d+ bytes instead of (16|8)/);
      expect(error.offset).toBeLessThanOrEqual(raw(field(number, id)).length);
    }
  });
});

describe('odd times', () => {
  const year2200 = 7_258_118_400_000_000_000n;
  const times = [
    [0n, 0n],
    [1n, 1_000_000_000n],
    [year2200, year2200 + 1n],
    [2n ** 64n - 1n, 2n ** 64n - 1n],
    // A negative duration.
    [1_700_000_000_000_000_000n, 1_600_000_000_000_000_000n],
  ] as const;

  it('are kept as sent: what they mean is the time rule of the store', () => {
    const bytes = request(
      ...times.map(([startTimeUnixNano, endTimeUnixNano]) => ({
        startTimeUnixNano,
        endTimeUnixNano,
      })),
    );
    const columns = decode(bytes);
    const read = (column: Int32Array, row: number): bigint =>
      (BigInt(column[row * 2 + 1] >>> 0) << 32n) | BigInt(column[row * 2] >>> 0);
    expect(
      times.map((_, row) => [read(columns.startUnixNano, row), read(columns.endUnixNano, row)]),
    ).toEqual(times.map((pair) => [...pair]));
    expectSame(encodeColumns(columns), bytes);
  });
});

/** Attributes without values, each with a key of its own. */
function distinctKeys(count: number): Buffer {
  const bytes = Buffer.alloc(count * 8);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const key = i.toString(36);
    bytes[at++] = 0x4a;
    bytes[at++] = key.length + 2;
    bytes[at++] = 0x0a;
    bytes[at++] = key.length;
    at += bytes.write(key, at, 'latin1');
  }
  return bytes.subarray(0, at);
}

describe('what takes two bytes', () => {
  const pairs = (byte: number, count: number): Buffer => {
    const bytes = Buffer.alloc(count * 2);
    for (let i = 0; i < bytes.length; i += 2) bytes[i] = byte;
    return bytes;
  };

  it('is limited: groups of resources and scopes are rows', () => {
    const groups = [pairs(0x0a, 1_000_001), field(1, pairs(0x12, 1_000_000))];
    for (const bytes of groups) {
      expect(refusal(bytes).message).toMatch(/more than 1000000 rows in one request/);
      expect(() => decodeTraces(new SpanColumns(1), bytes, SEGMENT)).toThrow(MalformedError);
    }
    expect(scanRequest('traces', pairs(0x0a, 1_000_000))).toBe(0);
  });

  it('is limited: attributes', () => {
    const bytes = field(1, field(2, field(2, pairs(0x4a, 4_000_001))));
    expect(refusal(bytes).message).toMatch(/more than 4000000 attributes in one request/);
    expect(() => decodeTraces(new SpanColumns(1), bytes, SEGMENT)).toThrow(MalformedError);
  });

  it('is limited in JSON: elements and keys', () => {
    const text = `{"resourceSpans":[${'{},'.repeat(4_000_000)}{}]}`;
    expect(() => jsonToProtobuf('traces', text)).toThrow(/more than 4000000/);
  });
});

describe('a million distinct keys in one request', () => {
  const KEYS = 1_000_000;

  it('is decoded within its share of memory and CPU', () => {
    const bytes = field(1, field(2, field(2, distinctKeys(KEYS))));
    const before = process.memoryUsage().arrayBuffers;
    const columns = new SpanColumns(1);
    const ms = cpuMs(() => {
      scanRequest('traces', bytes);
      decodeTraces(columns, bytes, SEGMENT);
    });
    const grown = process.memoryUsage().arrayBuffers - before;
    expect(columns.attributes.keyDictionary.count).toBe(KEYS + 1);
    expect(ms).toBeLessThan(CPU_MS_MAX);
    expect(grown).toBeLessThan(bytes.length * MEMORY_FACTOR_MAX);
  });
});
