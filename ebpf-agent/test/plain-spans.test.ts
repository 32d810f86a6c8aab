import { protobufToJson } from '@sonde/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseTraceparent, readTraceparent } from '../src/requests/trace-links.ts';
import { ClockOffset } from '../src/spans/plain-spans.ts';
import { SpanQueue } from '../src/spans/span-queue.ts';
import { MAY_COMPILE, type Side } from './conversation.ts';
import { EXCHANGES, TRACE, talk } from './plain-talk.ts';

const OFFSET_NS = 1_790_000_000_123_456_789n;

const SPAN = z.looseObject({
  traceId: z.string(),
  spanId: z.string(),
  startTimeUnixNano: z.string(),
  status: z.object({ code: z.number() }).optional(),
});
const TRACES = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(SPAN) })) })),
});

function spansIn(queue: SpanQueue): readonly z.infer<typeof SPAN>[] {
  const taken = queue.take();
  if (taken === undefined) return [];
  const { resourceSpans } = TRACES.parse(JSON.parse(protobufToJson('traces', taken.bytes)));
  const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((one) => one.spans));
  expect(spans.length).toBe(taken.itemCount);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
  return spans;
}

/** Without the ids that are drawn. */
function comparable(spans: readonly z.infer<typeof SPAN>[]): readonly object[] {
  return spans
    .toSorted((a, b) => (a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1))
    .map(({ spanId: _, traceId, ...span }) => ({ ...span, isCarried: traceId === TRACE }));
}

/** How many had to be read. */
function fill(queue: SpanQueue, side: Side): number {
  const { heard } = talk().heardBy(side, {
    onExchange: (exchange) => queue.add(exchange, OFFSET_NS),
    plain: {
      spanOf: (exchange) => queue.plainSpanOf(exchange),
      take: (exchange) => queue.takePlain(exchange, OFFSET_NS),
    },
  });
  return heard.length;
}

describe.runIf(MAY_COMPILE)('spans of plain exchanges', () => {
  it.each(['client', 'server'] as const)('are what they would be if read, of the %s', (side) => {
    const options = { ratio: 1, slowMs: 1_000, peerOf: () => [] };
    const [long, short] = [new SpanQueue(options), new SpanQueue(options)];
    talk().heardBy(side, { onExchange: (exchange) => long.add(exchange, OFFSET_NS) });
    expect(fill(short, side)).toBeLessThan(8);
    const spans = comparable(spansIn(short));
    expect(spans.length).toBe(EXCHANGES);
    expect(spans).toEqual(comparable(spansIn(long)));
  });

  it('are kept by the share, of those that failed all', () => {
    const [talks, ratio] = [40, 0.25];
    const queue = new SpanQueue({ ratio, slowMs: 1_000, peerOf: () => [] });
    const spans = [];
    for (let i = 0; i < talks; i++) {
      fill(queue, 'server');
      spans.push(...spansIn(queue));
    }
    const failed = spans.filter(({ status }) => status?.code === 2);
    expect(failed.length).toBe((talks * EXCHANGES) / 10);
    const drawn = spans.filter(({ traceId, status }) => traceId !== TRACE && !status?.code);
    // Of 42 a talk, which are no fives and carry no trace; five standard deviations.
    const expected = talks * 42 * ratio;
    expect(Math.abs(drawn.length - expected)).toBeLessThan(5 * Math.sqrt(expected * (1 - ratio)));
    for (const span of drawn) expect(span['traceState']).toBe('ot=th:c');
  });
});

describe('bytes of a traceparent', () => {
  it('say what its text says', () => {
    const digits = (count: number): fc.Arbitrary<string> =>
      fc
        .array(fc.constantFrom(...'0123456789abcdefAg'.split(''), '0', '0'), {
          minLength: count,
          maxLength: count,
        })
        .map((all) => all.join(''));
    const text = fc
      .tuple(
        fc.constantFrom('00', 'ff', '01', 'f'),
        digits(32),
        digits(16),
        fc.constantFrom('01', '0'),
      )
      .map((parts) => parts.join('-').padEnd(55, 'x').slice(0, 55));
    const known = fc.constantFrom(
      `00-${TRACE}-b7ad6b7169203331-01`,
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${TRACE}-${'0'.repeat(16)}-01`,
    );
    fc.assert(
      fc.property(fc.oneof(text, known), (traceparent) => {
        const into = new Uint8Array(24);
        const isRead = readTraceparent(Buffer.from(`ab${traceparent}`), 2, into);
        const parsed = parseTraceparent(traceparent);
        expect(isRead).toBe(parsed !== undefined);
        if (parsed === undefined) return;
        expect([...into]).toEqual([...parsed.traceId, ...parsed.spanId]);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the clock', () => {
  it('adds what a number cannot hold', () => {
    const clock = new ClockOffset();
    const ns = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
    const offset = fc.bigInt({ min: 0n, max: 2n ** 61n });
    fc.assert(
      fc.property(ns, offset, (at, offsetNs) => {
        clock.set(offsetNs);
        const { low, high } = clock.unixOf(at, { low: 0, high: 0 });
        const unix = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
        expect(unix).toBe(BigInt(at) + offsetNs);
      }),
    );
  });
});
