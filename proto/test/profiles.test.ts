import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  columnsToJson,
  decodeProfiles,
  decodeRequests,
  dictionaryText,
  encodeColumns,
  encodeRequest,
  jsonToProtobuf,
  MalformedError,
  ProfileColumns,
  type ProfilesRequest,
  RESOLVED_BYTES_MAX,
  readAttribute,
  scanRequest,
} from '../src/index.ts';
import { columnsRows } from './oracle/columns-rows.ts';
import { oracleRows } from './oracle/oracle-rows.ts';

const SEGMENT = { tenant: 'default', receivedUnixMs: 1_700_000_000_000 };
const BODIES = join(import.meta.dirname, '../../../shared/data/otlp-profiles');
const FRAME_BYTES = 5;

function bodies(): { name: string; bytes: Uint8Array }[] {
  if (!existsSync(BODIES)) return [];
  return readdirSync(BODIES)
    .filter((name) => name.endsWith('.bin'))
    .map((name) => ({
      name,
      bytes: gunzipSync(readFileSync(join(BODIES, name)).subarray(FRAME_BYTES)),
    }));
}

function decode(bytes: Uint8Array): ProfileColumns {
  const columns = new ProfileColumns(1);
  expect(decodeProfiles(columns, bytes, SEGMENT)).toBe(scanRequest('profiles', bytes));
  return columns;
}

const encode = (request: ProfilesRequest): Uint8Array => encodeRequest('profiles', request);

describe('profiles of an independent profiler', () => {
  const all = bodies();

  it.skipIf(all.length > 0)('are absent here: 4 bodies skipped', (context) => context.skip());

  it.each(all)('$name decodes with nothing lost', ({ bytes }) => {
    const columns = decode(bytes);
    expect(columns.samples.count).toBeGreaterThan(0);
    const theirs = oracleRows('profiles', bytes);
    expect(columnsRows(columns)).toEqual(theirs);
    expect(columnsRows(decode(encodeColumns(columns)))).toEqual(theirs);
    const fromJson = jsonToProtobuf('profiles', columnsToJson(columns));
    expect(oracleRows('profiles', fromJson)).toEqual(theirs);
  });

  it.skipIf(all.length === 0)('keep their dictionaries apart in one batch', () => {
    const requests = all.map(({ bytes }) => ({
      signal: 'profiles' as const,
      bytes,
      itemCount: scanRequest('profiles', bytes),
      tenant: 'default',
      receivedUnixMs: 1,
    }));
    const rows = columnsRows(decodeRequests('profiles', requests));
    const theirs = all.map(({ bytes }) => oracleRows('profiles', bytes));
    expect(rows).toEqual([
      ...theirs.flatMap((one) => one.slice(0, -1)),
      ...theirs.flatMap((one) => one.slice(-1)),
    ]);
  });
});

describe('items of profiles', () => {
  const profiles = (...list: object[]): Uint8Array =>
    encode({ resourceProfiles: [{ scopeProfiles: [{ profiles: list }] }] });

  it('are samples', () => {
    expect(decode(profiles({ samples: [{}, {}, {}] }, { samples: [{}] })).itemCount()).toBe(4);
  });

  it('are the profile itself where it has no samples, so that its payload is not dropped', () => {
    const payload = Buffer.from('pprof bytes');
    const columns = decode(
      profiles({ originalPayloadFormat: 'pprof', originalPayload: payload }, { samples: [{}] }),
    );
    expect(columns.itemCount()).toBe(2);
    expect(columnsRows(columns)[0]).toMatchObject({
      payloadFormat: 'pprof',
      payload: 'pprof bytes',
    });
  });

  it('are none in a request with a dictionary alone', () => {
    const bytes = encode({ resourceProfiles: [], dictionary: { stringTable: ['', 'cpu'] } });
    expect(scanRequest('profiles', bytes)).toBe(0);
  });
});

describe('indexes of profiles', () => {
  it('are kept as sent, also when nothing is there', () => {
    const columns = decode(
      encode({
        resourceProfiles: [
          {
            scopeProfiles: [
              { profiles: [{ samples: [{ stackIndex: -3, linkIndex: 2147483647 }] }] },
            ],
          },
        ],
        dictionary: { stackTable: [{}, { locationIndices: [7, -1] }] },
      }),
    );
    expect([columns.samples.stack[0], columns.samples.link[0]]).toEqual([-3, 2147483647]);
    const { stacks } = columns.dictionary;
    expect([-3, 0, 1, 2].map((index) => stacks.rowOf(0, index))).toEqual([-1, 0, 1, -1]);
  });

  it('count from where the tables of their request start', () => {
    const columns = new ProfileColumns();
    const bytes = encode({ resourceProfiles: [], dictionary: { stringTable: ['', 'a'] } });
    decodeProfiles(columns, bytes, SEGMENT);
    decodeProfiles(columns, bytes, SEGMENT);
    const { strings } = columns.dictionary;
    expect([0, 1, 2].map((index) => strings.rowOf(1, index))).toEqual([2, 3, -1]);
    expect(dictionaryText(strings.dictionary, strings.id[3])).toBe('a');
  });
});

describe('attributes that name their strings by index', () => {
  const request = (stringTable: readonly string[], attributes: object[]): Uint8Array =>
    encode({
      resourceProfiles: [
        {
          resource: { attributes: attributes.map(toKeyValue) },
          scopeProfiles: [{ profiles: [{}] }],
        },
      ],
      dictionary: { stringTable },
    });
  const toKeyValue = (attribute: object): { key: string } => ({ key: '', ...attribute });
  const attributesOf = (bytes: Uint8Array): string[] => {
    const list = decode(bytes).resources.attributes;
    return Array.from({ length: list.count }, (_, i) => {
      const { key, text } = readAttribute(list, i);
      return `${key}=${text}`;
    });
  };

  it('have them in the columns', () => {
    const bytes = request(
      ['', 'service.name', 'cart', 'tags'],
      [
        { keyStrindex: 1, value: { stringValueStrindex: 2 } },
        {
          keyStrindex: 3,
          value: { arrayValue: { values: [{ stringValueStrindex: 2 }, { intValue: 1 }] } },
        },
      ],
    );
    expect(attributesOf(bytes)).toEqual(['service.name=cart', 'tags=["cart",1]']);
    const { resources } = decode(bytes);
    expect(dictionaryText(resources.serviceNames, resources.serviceName[0])).toBe('cart');
  });

  it('are empty where the table has no such string', () => {
    const odd = [
      { keyStrindex: 9, value: { stringValueStrindex: 9 } },
      { keyStrindex: -1, value: { stringValueStrindex: -1 } },
    ];
    expect(attributesOf(request(['', 'a'], odd))).toEqual(['=', '=']);
  });

  it('are refused, by the scan too, when they come to more than the limit', () => {
    const long = 'x'.repeat(1 << 20);
    const count = RESOLVED_BYTES_MAX / (1 << 20) + 1;
    const bytes = request(
      ['', long],
      Array.from({ length: count }, () => ({ key: 'k', value: { stringValueStrindex: 1 } })),
    );
    expect(bytes.length).toBeLessThan(2 << 20);
    expect(() => scanRequest('profiles', bytes)).toThrow(MalformedError);
    expect(() => decodeProfiles(new ProfileColumns(), bytes, SEGMENT)).toThrow(/references/);
  });

  it('are empty in the other signals, as the specification asks', () => {
    const bytes = encodeRequest('traces', {
      resourceSpans: [
        {
          resource: {
            attributes: [
              { key: 'a', value: { stringValueStrindex: 1 } },
              { key: '', keyStrindex: 2, value: { stringValue: 'b' } },
            ],
          },
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '01'.repeat(16),
                  spanId: '01'.repeat(8),
                  name: 'n',
                  startTimeUnixNano: 1,
                  endTimeUnixNano: 2,
                },
              ],
            },
          ],
        },
      ],
    });
    const columns = decodeRequests('traces', [
      { signal: 'traces', bytes, itemCount: 1, tenant: 'default', receivedUnixMs: 1 },
    ]);
    const list = columns.resources.attributes;
    expect([0, 1].map((i) => readAttribute(list, i))).toEqual([
      { key: 'a', type: 0, text: '' },
      { key: '', type: 1, text: 'b' },
    ]);
  });
});
