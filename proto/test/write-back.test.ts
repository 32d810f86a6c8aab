import { describe, expect, it } from 'vitest';
import {
  type EncodedRequest,
  encodeExportResponse,
  encodeRequest,
  encodeStatus,
  joinRequests,
  jsonToProtobuf,
  MalformedError,
  protobufToJson,
  protobufToJsonBytes,
  RpcCode,
  readExportResponse,
  readStatus,
  type Signal,
  scanRequest,
  splitRequest,
} from '../src/index.ts';
import { requestOf } from '../src/schema/request-of.ts';
import { oracleRows } from './oracle/oracle-rows.ts';
import { Random, randomMessage } from './oracle/random-wire.ts';
import type { Row } from './oracle/rows.ts';

/** Profiles are neither joined nor cut. */
const SIGNALS: readonly Signal[] = ['traces', 'logs', 'metrics'];
const REQUESTS = 60;

/** Valid requests with fields in odd orders, missing, repeated and unknown. */
function requestsOf(signal: Signal): EncodedRequest[] {
  const requests: EncodedRequest[] = [];
  for (let seed = 1; seed <= REQUESTS; seed += 1) {
    const bytes = randomMessage(new Random(seed), requestOf(signal));
    const itemCount = scanRequest(signal, bytes);
    requests.push({ signal, bytes, itemCount, tenant: 'default', receivedUnixMs: 1 });
  }
  return requests;
}

function rowsOf(requests: readonly EncodedRequest[]): Row[] {
  return requests.flatMap(({ signal, bytes }) => oracleRows(signal, bytes));
}

/** A metric of several points is as many metrics of one. */
function itemsOf(requests: readonly EncodedRequest[]): Row[] {
  return rowsOf(requests).flatMap(({ points, ...row }): Row[] => {
    if (!Array.isArray(points) || points.length === 0) return [row];
    return points.map((point) => ({ ...row, points: [point] }));
  });
}

describe('protobufToJson', () => {
  it.each([...SIGNALS, 'profiles'] as const)(
    'writes what jsonToProtobuf reads as the same %s',
    (signal) => {
      for (const { bytes } of requestsOf(signal)) {
        const back = jsonToProtobuf(signal, protobufToJson(signal, bytes));
        const sent = oracleRows(signal, bytes);
        expect(oracleRows(signal, back)).toEqual(sent);
      }
    },
  );

  it('writes 64-bit integers as text, ids in lower-case hex, bytes in base64, no defaults', () => {
    const bytes = encodeRequest('traces', {
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'AB'.repeat(16),
                  spanId: 'CD'.repeat(8),
                  name: '',
                  kind: 2,
                  startTimeUnixNano: '1544712660300000001',
                  endTimeUnixNano: 0,
                  flags: 1,
                  attributes: [
                    { key: 'n', value: { intValue: 0 } },
                    { key: 'd', value: { doubleValue: 'NaN' } },
                    { key: 'b', value: { bytesValue: Buffer.from('hi') } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
    expect(JSON.parse(protobufToJson('traces', bytes))).toEqual({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: 'ab'.repeat(16),
                  spanId: 'cd'.repeat(8),
                  kind: 2,
                  startTimeUnixNano: '1544712660300000001',
                  flags: 1,
                  attributes: [
                    { key: 'n', value: { intValue: '0' } },
                    { key: 'd', value: { doubleValue: 'NaN' } },
                    { key: 'b', value: { bytesValue: 'aGk=' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    });
  });
});

describe('protobufToJsonBytes', () => {
  it('has single messages of which nothing is set, as the Collector writes them', () => {
    const ids = { traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8) };
    const span = { ...ids, name: 'a', startTimeUnixNano: '1', endTimeUnixNano: '2' };
    const bytes = encodeRequest('traces', {
      resourceSpans: [{ scopeSpans: [{ spans: [{ ...span, attributes: [{ key: 'n' }] }] }] }],
    });
    const full = { ...span, attributes: [{ key: 'n', value: {} }], status: {} };
    expect(JSON.parse(Buffer.from(protobufToJsonBytes('traces', bytes)).toString())).toEqual({
      resourceSpans: [{ scopeSpans: [{ spans: [full], scope: {} }], resource: {} }],
    });
  });
});

describe('joinRequests', () => {
  it('returns a single request as the bytes that came in', () => {
    const [request] = requestsOf('logs');
    if (request === undefined) throw new Error('none');
    expect(joinRequests([request])[0]).toBe(request.bytes);
  });

  it('leaves profiles apart, whose dictionaries cannot be merged', () => {
    const requests = requestsOf('logs').slice(0, 2);
    const profiles = requests.map((request) => ({ ...request, signal: 'profiles' as const }));
    expect(joinRequests(profiles)).toHaveLength(2);
    expect(profiles.flatMap((each) => splitRequest(each, { sizer: 'bytes', max: 1 }))).toEqual(
      profiles,
    );
  });

  it.each(SIGNALS)('puts the rows of several %s requests behind each other', (signal) => {
    const requests = requestsOf(signal);
    const bodies = joinRequests(requests);
    expect(bodies).toHaveLength(1);
    expect(oracleRows(signal, bodies[0])).toEqual(rowsOf(requests));
  });
});

describe('splitRequest', () => {
  it.each(SIGNALS)('cuts %s between their items and keeps every one', (signal) => {
    for (const request of requestsOf(signal)) {
      const pieces = splitRequest(request, { sizer: 'items', max: 2 });
      for (const piece of pieces) {
        expect(scanRequest(signal, piece.bytes)).toBe(piece.itemCount);
        expect(piece.itemCount).toBeLessThanOrEqual(2);
      }
      expect(itemsOf(pieces)).toEqual(itemsOf([request]));
    }
  });

  it.each(SIGNALS)('cuts %s to a number of bytes', (signal) => {
    for (const request of requestsOf(signal)) {
      const pieces = splitRequest(request, { sizer: 'bytes', max: 600 });
      for (const piece of pieces) {
        if (piece.itemCount > 1) expect(piece.bytes.length).toBeLessThanOrEqual(600);
      }
      expect(itemsOf(pieces)).toEqual(itemsOf([request]));
    }
  });
});

describe('answers', () => {
  it('are read as they are written, in both encodings', () => {
    const partial = { rejectedItems: 3, errorMessage: 'too old' };
    for (const encoding of ['protobuf', 'json'] as const) {
      expect(
        readExportResponse('logs', encoding, encodeExportResponse('logs', encoding)),
      ).toBeUndefined();
      const bytes = encodeExportResponse('logs', encoding, partial);
      expect(readExportResponse('logs', encoding, bytes)).toEqual(partial);
      const status = { code: RpcCode.unavailable, message: 'later', retryAfterMs: 1500 };
      expect(readStatus(encoding, encodeStatus(status, encoding))).toEqual(status);
      const { retryAfterMs, ...plain } = status;
      expect(retryAfterMs).toBe(1500);
      expect(readStatus(encoding, encodeStatus(plain, encoding)).retryAfterMs).toBeUndefined();
    }
  });

  it('are malformed when they are something else', () => {
    const html = Buffer.from('<html>');
    for (const encoding of ['protobuf', 'json'] as const) {
      expect(() => readExportResponse('logs', encoding, html)).toThrow(MalformedError);
      expect(() => readStatus(encoding, html)).toThrow(MalformedError);
    }
  });
});
