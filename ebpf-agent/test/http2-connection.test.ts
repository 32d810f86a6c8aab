import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Http2Connection, type Http2Stream } from '../src/http2/http2-connection.ts';
import { converse, REQUESTS, type Sent } from './recorded-http2.ts';

const PREFACE_BYTES = 24;
const HEAD_BYTES = 9;

/** As the program in the kernel does: heads of frames, bodies of those with headers. */
function filtered(bytes: Buffer, at: number): Buffer {
  const parts: Buffer[] = [];
  for (let from = at; from + HEAD_BYTES <= bytes.length; ) {
    const [length, type] = [bytes.readUIntBE(from, 3), bytes.readUInt8(from + 3)];
    const hasBlock = [1, 3, 5, 9].includes(type);
    const end = from + HEAD_BYTES + length;
    const endsStream = type === 0 && ((bytes[from + 4] ?? 0) & 1) === 1;
    if (hasBlock) parts.push(bytes.subarray(from, end));
    else if (endsStream) parts.push(bytes.subarray(from, from + HEAD_BYTES));
    from = end;
  }
  return Buffer.concat(parts);
}

describe('a connection of HTTP/2', () => {
  let sent: readonly Sent[] = [];

  beforeAll(async () => {
    let isFirst = true;
    sent = (await converse()).map(({ isRequest, data }) => {
      const at = isRequest && isFirst ? PREFACE_BYTES : 0;
      if (isRequest) isFirst = false;
      return { isRequest, data: filtered(data, at) };
    });
  });

  function numbered(records: readonly Sent[]): readonly (Sent & { readonly sequence: number })[] {
    const next = [0, 0];
    return records.map(({ isRequest, data }) => {
      const sequence = next[Number(isRequest)] ?? 0;
      next[Number(isRequest)] = sequence + 1;
      return { isRequest, data, sequence };
    });
  }

  function read(records: readonly (Sent & { sequence: number })[]): readonly Http2Stream[] {
    const finished: Http2Stream[] = [];
    const connection = new Http2Connection((stream) => finished.push(stream));
    for (const [index, record] of records.entries()) {
      connection.take({ ...record, isTorn: false, atNs: index + 1, tgid: 7 });
    }
    connection.close(1_000);
    return finished;
  }

  it('has each request with its answer, and nothing of its query', () => {
    const streams = read(numbered(sent));
    expect(streams.map(({ method, path, status }) => [method, path, status])).toEqual(
      Array.from({ length: REQUESTS }, (_, i) => [
        'GET',
        `/things/${i % 15}`,
        (i % 15) % 10 === 9 ? 503 : 200,
      ]),
    );
    expect(JSON.stringify(streams)).not.toMatch(/secret|Bearer/);
  });

  it('has them wherever its bytes were cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (size) => {
        const pieces = sent.flatMap(({ isRequest, data }) =>
          Array.from({ length: Math.ceil(data.length / size) }, (_, i) => ({
            isRequest,
            data: data.subarray(i * size, (i + 1) * size),
          })),
        );
        expect(read(numbered(pieces))).toHaveLength(REQUESTS);
      }),
    );
  });

  it('joined midway has what it knows, and nothing that was not said', () => {
    const paths = new Set(Array.from({ length: 15 }, (_, i) => `/things/${i}`));
    fc.assert(
      fc.property(fc.nat(sent.length - 1), (from) => {
        for (const { path, method, status } of read(numbered(sent).slice(from))) {
          if (path !== undefined) expect(paths).toContain(path);
          if (method !== undefined) expect(method).toBe('GET');
          expect([0, 200, 503]).toContain(status);
        }
      }),
    );
  });

  it('with records that are lost has no request twice, nor with another one’s path or answer', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(sent.length - 1), { maxLength: 8 }), (lost) => {
        const kept = numbered(sent).filter((_, index) => !lost.includes(index));
        const streams = read(kept);
        expect(streams.length).toBeLessThanOrEqual(REQUESTS);
        for (const { path, status } of streams) {
          if (path === undefined || status === 0) continue;
          expect(status).toBe(path.endsWith('9') ? 503 : 200);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('is read without harm, whatever the bytes', () => {
    const connection = new Http2Connection(() => {});
    fc.assert(
      fc.property(fc.boolean(), fc.uint8Array({ maxLength: 300 }), (isRequest, bytes) => {
        const data = Buffer.from(bytes);
        const isTorn = false;
        connection.take({ isRequest, isTorn, sequence: 0, atNs: 1, tgid: 1, data });
      }),
      { numRuns: 3_000 },
    );
  });
});
