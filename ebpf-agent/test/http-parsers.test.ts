import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { Protocol } from '../src/records/layout.ts';
import { Conversation, MAY_COMPILE } from './conversation.ts';
import { converse, REQUESTS, type Sent } from './recorded-http2.ts';

const SIDES = ['client', 'server'] as const;

/** Pieces of at most that many bytes. */
function cut(bytes: Buffer, size: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

function replay(sent: readonly Sent[], size: number): Conversation {
  const conversation = new Conversation();
  for (const { isRequest, data } of sent) {
    for (const piece of cut(data, size)) {
      if (isRequest) conversation.ask(piece);
      else conversation.answer(piece);
    }
  }
  return conversation.close();
}

/** A byte more at a place, or another one. */
const DAMAGE = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 });

function damaged(data: Buffer, changes: readonly (readonly [number, number])[]): Buffer {
  const copy = Buffer.from(data);
  for (const [at, value] of changes) if (at < copy.length) copy[at] = value;
  return copy;
}

describe.runIf(MAY_COMPILE).each(SIDES)('HTTP/2, as the %s hears it', (side) => {
  let sent: readonly Sent[] = [];

  beforeAll(async () => {
    sent = await converse();
  });

  it.each([1, 7, 9, 100, 65_536])('is counted in buffers of %i bytes', (size) => {
    const { heard, protocol } = replay(sent, size).heardBy(side);
    // Nothing is recognized by fewer bytes than a beginning has.
    if (size < 8) return expect(heard.length).toBeLessThanOrEqual(REQUESTS);
    expect(protocol).toBe(Protocol.http2);
    expect(heard).toHaveLength(REQUESTS);
    return expect(heard.filter(({ target }) => target === '/things/{id}')).toHaveLength(REQUESTS);
  });

  it('is counted when its buffers lie in pieces', () => {
    const conversation = new Conversation();
    for (const { isRequest, data } of sent) {
      const pieces = cut(data, Math.max(30, Math.ceil(data.length / 60)));
      if (isRequest) conversation.ask(...pieces);
      else conversation.answer(...pieces);
    }
    expect(conversation.close().heardBy(side).heard).toHaveLength(REQUESTS);
  });

  it('joined midway is counted without a route where nobody knows it', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(fc.integer({ min: 4, max: sent.length - 4 }), (from) => {
        const { heard } = replay(sent.slice(from), 65_536).heardBy(side);
        for (const { target } of heard) expect(['', '/things/{id}']).toContain(target);
        expect(heard.length).toBeLessThanOrEqual(REQUESTS);
      }),
      { numRuns: 25 },
    );
  });

  it('survives damage', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(DAMAGE, fc.integer({ min: 3, max: 200 }), fc.nat(20), (changes, size, place) => {
        const some = sent.map((one, index) =>
          index === place ? { ...one, data: damaged(one.data, changes) } : one,
        );
        expect(replay(some, size).heardBy(side).heard.length).toBeLessThanOrEqual(REQUESTS);
      }),
      { numRuns: 40 },
    );
  });
});

const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function request(number: number, body: string): string {
  const head = `POST /things/${number}?secret=1 HTTP/1.1\r\nHost: shop\r\n`;
  return `${head}traceparent: ${TRACE}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function answer(body: string, isChunked: boolean): string {
  if (!isChunked) return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const size = body.length.toString(16);
  return `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${size}\r\n${body}\r\n0\r\n\r\n`;
}

describe.runIf(MAY_COMPILE).each(SIDES)('HTTP/1, as the %s hears it', (side) => {
  it('is counted once a request, whatever its bodies say', { timeout: 60_000 }, () => {
    const lie = 'GET /false HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 500 No\r\n\r\n';
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(9), fc.boolean()), { minLength: 1, maxLength: 12 }),
        (asked) => {
          const conversation = new Conversation();
          for (const [repeats, isChunked] of asked) {
            conversation.ask(request(1, lie.repeat(repeats)));
            conversation.answer(answer(lie.repeat(repeats + 1), isChunked));
          }
          const { heard } = conversation.close().heardBy(side);
          expect(heard.map(({ operation, target }) => `${operation} ${target}`)).toEqual(
            asked.map(() => 'POST /things/{id}'),
          );
        },
      ),
      { numRuns: 30 },
    );
  });

  it('survives damage', { timeout: 60_000 }, () => {
    const size = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(DAMAGE, DAMAGE, size, (asked, answered, pieces) => {
        const conversation = new Conversation();
        for (let i = 0; i < 6; i++) {
          const question = damaged(Buffer.from(request(i, 'x'.repeat(50))), asked);
          for (const piece of cut(question, pieces)) conversation.ask(piece);
          const reply = damaged(Buffer.from(answer('y'.repeat(50), i % 2 === 0)), answered);
          for (const piece of cut(reply, pieces)) conversation.answer(piece);
        }
        conversation.close().heardBy(side);
      }),
      { numRuns: 60 },
    );
  });
});
