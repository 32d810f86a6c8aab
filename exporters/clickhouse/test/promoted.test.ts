import { decodeRequests, dictionaryText, jsonToProtobuf, SpanColumns } from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { PromotedColumns } from '../src/blocks/promoted-columns.ts';
import { KeySet, RecentKeys } from '../src/blocks/recent-keys.ts';
import { samplingWeights, weightOf } from '../src/blocks/sampling-weight.ts';

type Attributes = readonly (readonly [string, Readonly<Record<string, unknown>>])[];

function spansOf(rows: readonly Attributes[], traceState: readonly string[] = []): SpanColumns {
  const spans = rows.map((row, i) => ({
    traceId: '1'.padStart(32, '0'),
    spanId: '1'.padStart(16, '0'),
    traceState: traceState[i] ?? '',
    attributes: row.map(([key, value]) => ({ key, value })),
  }));
  const bytes = jsonToProtobuf(
    'traces',
    JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
  );
  const columns = decodeRequests('traces', [
    { signal: 'traces', bytes, itemCount: rows.length, tenant: 't', receivedUnixMs: 0 },
  ]);
  if (columns instanceof SpanColumns) return columns;
  throw new Error('not spans');
}

function promoted(rows: readonly Attributes[]): readonly Readonly<Record<string, unknown>>[] {
  const columns = spansOf(rows);
  const { texts, httpStatusCode } = new PromotedColumns(
    columns.attributes,
    columns.attributeEnd,
    columns.count,
  );
  return rows.map((_, row) => ({
    status: httpStatusCode[row],
    ...Object.fromEntries(
      texts
        .filter(({ ids }) => ids[row] !== 0)
        .map(({ name, dictionary, ids }) => [name, dictionaryText(dictionary, ids[row])]),
    ),
  }));
}

const text = (stringValue: string): Readonly<Record<string, unknown>> => ({ stringValue });

describe('promoted columns', () => {
  it('copy attributes, and the newer name wins whichever comes first', () => {
    expect(
      promoted([
        [
          ['http.method', text('GET')],
          ['http.request.method', text('POST')],
        ],
        [
          ['http.request.method', text('POST')],
          ['http.method', text('GET')],
        ],
        [
          ['db.system', text('postgresql')],
          ['other', text('x')],
        ],
        [],
        [['http.route', text('x'.repeat(300))]],
      ]),
    ).toEqual([
      { status: 0, http_request_method: 'POST' },
      { status: 0, http_request_method: 'POST' },
      { status: 0, db_system: 'postgresql' },
      { status: 0 },
      { status: 0, http_route: 'x'.repeat(300) },
    ]);
  });

  it('read a status code from a number or a text of one, and nothing else', () => {
    const status = (value: Readonly<Record<string, unknown>>): unknown =>
      promoted([[['http.response.status_code', value]]])[0]?.['status'];
    expect(status({ intValue: '503' })).toBe(503);
    expect(status(text('404'))).toBe(404);
    expect(status(text('none'))).toBe(0);
    expect(status({ intValue: '-1' })).toBe(0);
    expect(status({ intValue: '123456' })).toBe(0);
    expect(status({ arrayValue: { values: [{ intValue: '200' }] } })).toBe(0);
  });
});

describe('the sampling weight', () => {
  it('is the inverse of what the threshold lets pass', () => {
    expect(weightOf('ot=th:c')).toBe(4);
    expect(weightOf('vendor=x,ot=rv:1234;th:8;x:y')).toBe(2);
    expect(weightOf('ot=th:0')).toBe(1);
    expect(weightOf('ot=th:zz')).toBe(1);
    expect(weightOf('other=th:c')).toBe(1);
    expect(weightOf('')).toBe(1);
  });

  it('is not written out for a batch without trace states', () => {
    expect(samplingWeights(spansOf([[], []]).traceState, 2)).toBeUndefined();
    const weights = samplingWeights(spansOf([[], []], ['', 'ot=th:8']).traceState, 2);
    expect(weights).toEqual(Float64Array.of(1, 2));
  });
});

describe('recent keys', () => {
  const key = (low: number, owner = 1) => ({ low, high: low ^ 7, hour: 5, owner });

  it('tell every word apart', () => {
    const keys = new KeySet();
    expect(keys.add(key(1))).toBe(true);
    expect(keys.add(key(1))).toBe(false);
    expect(keys.has(key(1, 2))).toBe(false);
    expect(keys.has({ ...key(1), hour: 6 })).toBe(false);
    expect(keys.has({ ...key(1), high: 0 })).toBe(false);
  });

  it('hold what they are given, however much it is', () => {
    const keys = new KeySet();
    for (let i = 0; i < 10_000; i++) keys.add(key(i * 65_536));
    let found = 0;
    keys.forEach((each) => {
      found += keys.has(each) ? 1 : 0;
    });
    expect([keys.count, found]).toEqual([10_000, 10_000]);
    expect(keys.has(key(1))).toBe(false);
  });

  it('forget the oldest and keep what is asked for', () => {
    const recent = new RecentKeys(100);
    for (let i = 0; i < 100; i++) recent.add(key(i));
    for (let i = 100; i < 150; i++) recent.add(key(i));
    expect(recent.has(key(0))).toBe(true);
    for (let i = 150; i < 200; i++) recent.add(key(i));
    expect(recent.has(key(0))).toBe(true);
    expect(recent.has(key(1))).toBe(false);
  });
});
