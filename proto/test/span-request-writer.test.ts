import { describe, expect, it } from 'vitest';
import {
  encodeKey,
  encodeRequest,
  encodeSpan,
  protobufToJson,
  SpanRequestWriter,
} from '../src/index.ts';

const text = new TextEncoder();
const START = 1_790_000_000_123_456_789n;

function words(value: bigint): { low: number; high: number } {
  return { low: Number(BigInt.asIntN(32, value)), high: Number(BigInt.asIntN(32, value >> 32n)) };
}

describe('a writer of spans', () => {
  it('writes what the objects would be, by resource, whatever order they come in', () => {
    const [a, b] = [{ name: 'a' }, { name: 'b' }];
    const resourceOf = ({ name }: { readonly name: string }) => ({
      attributes: [{ key: 'service.name', value: { stringValue: name } }],
    });
    const writer = new SpanRequestWriter('test', resourceOf);
    const common = { name: 'GET /', kind: 2, status: { code: 2 } };
    const long = 'x'.repeat(300);
    const spanOf = (owner: string, i: number) => ({
      traceId: new Uint8Array(16).fill(i + 1),
      spanId: new Uint8Array(8).fill(i + 1),
      ...(i === 0 ? { traceState: 'ot=th:c', parentSpanId: new Uint8Array(8).fill(9) } : {}),
      startTimeUnixNano: START,
      endTimeUnixNano: START + BigInt(i),
      ...common,
      attributes: [
        { key: 'path', value: { stringValue: `${owner}/${long}` } },
        { key: 'size', value: { intValue: 4_000_000_000 } },
      ],
    });
    const bytes = text.encode(`before/${long}behind`);
    for (let i = 0; i < 3; i++) {
      for (const owner of [a, b]) {
        const { traceId, spanId, traceState, parentSpanId } = spanOf(owner.name, i);
        const list = writer.spansOf(owner);
        const times = { start: words(START), end: words(START + BigInt(i)) };
        const ids = { traceId, spanId, traceState, parentSpanId };
        list.begin(ids, { ...times, common: encodeSpan(common) });
        list.text(encodeKey('path'), text.encode(owner.name), bytes, 6, 6 + 1 + long.length);
        list.integer(encodeKey('size'), 4_000_000_000);
        list.end();
      }
    }
    writer.spansOf(a).encoded(encodeSpan(spanOf('a', 3)));
    const objects = [a, b].map((owner) => ({
      resource: resourceOf(owner),
      scopeSpans: [
        {
          scope: { name: 'test' },
          spans: Array.from({ length: owner === a ? 4 : 3 }, (_, i) => spanOf(owner.name, i)),
        },
      ],
    }));
    const expected = encodeRequest('traces', { resourceSpans: objects });
    expect(JSON.parse(protobufToJson('traces', writer.finish()))).toEqual(
      JSON.parse(protobufToJson('traces', expected)),
    );
    expect(writer.finish().length).toBe(0);
  });
});
