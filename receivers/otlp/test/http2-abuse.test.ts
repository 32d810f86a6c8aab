import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { SondeError } from '@sonde/pipeline';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { RawClient } from './grpc-client.ts';
import { type Started, start } from './harness.ts';
import { END_HEADERS, END_STREAM, FrameTypes, frame, literals, PREFACE } from './http2-frames.ts';
import { traces } from './otlp-bytes.ts';
import { framed } from './raw-grpc.ts';
import { CALL, RawHttp2 } from './raw-http2.ts';

// RFC 9113, 7.
const NO_ERROR = 0;
const PROTOCOL_ERROR = 1;
const FLOW_CONTROL_ERROR = 3;
const FRAME_SIZE_ERROR = 6;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const COMPRESSION_ERROR = 9;
const ENHANCE_YOUR_CALM = 11;

const ANY_PINGS = {
  keepalive: { enforcement_policy: { min_time: '1ns', permit_without_stream: true } },
};

/** Far more than may come at once, and than a slow machine lets come back meanwhile. */
const FLOOD = 5000;

function open(stream: number, flags = END_HEADERS, payload = CALL): Buffer {
  return frame({ type: FrameTypes.headers, flags, stream, payload });
}

function data(stream: number, payload: Buffer, flags = END_STREAM): Buffer {
  return frame({ type: FrameTypes.data, flags, stream, payload });
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function windowSetting(bytes: number): Buffer {
  return Buffer.concat([Buffer.of(0, 4), word(bytes)]);
}

/** The client's connection ends, and others are served. */
async function expectCut(client: RawHttp2, { grpc, pipeline }: Started): Promise<void> {
  await client.closed;
  const before = pipeline.taken.length;
  expect((await new RawClient(grpc).export(traces())).code).toBe(0);
  expect(pipeline.taken).toHaveLength(before + 1);
}

function fakeTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
}

/** Lets seconds pass until `done` resolves; bounded by the test's own time. */
async function pass(seconds: number, done: Promise<unknown>): Promise<void> {
  let isDone = false;
  void done.then(() => {
    isDone = true;
  });
  while (!isDone) {
    vi.advanceTimersByTime(seconds * 1000);
    await setImmediate();
  }
}

describe('a hostile peer of HTTP/2', () => {
  it('that resets its streams as fast as it opens them is told to calm down', async () => {
    const started = await start();
    const client = RawHttp2.greeting(started.grpc);
    for (let i = 0; i < FLOOD; i += 1) {
      const stream = 2 * i + 1;
      const reset = frame({ type: FrameTypes.resetStream, stream, payload: word(CANCEL) });
      client.send(open(stream), reset);
    }
    expect(await client.goodbye()).toEqual({
      code: ENHANCE_YOUR_CALM,
      words: 'too many streams reset',
    });
    await expectCut(client, started);
  });

  it('that makes the server reset them is told so too', async () => {
    const started = await start();
    const client = RawHttp2.greeting(started.grpc);
    const malformed = literals({ ':method': 'POST' });
    for (let i = 0; i < FLOOD; i += 1) client.send(open(2 * i + 1, END_HEADERS, malformed));
    expect(await client.goodbye()).toMatchObject({ code: ENHANCE_YOUR_CALM });
    expect(await client.reset(1)).toBe(PROTOCOL_ERROR);
    await expectCut(client, started);
  });

  it('whose header block never ends is cut: by frames, by bytes, by time', async () => {
    const started = await start();
    const continued = (payload: Buffer): Buffer =>
      frame({ type: FrameTypes.continuation, stream: 1, payload });
    for (const payload of [Buffer.alloc(0), Buffer.alloc(16_384)]) {
      const client = RawHttp2.greeting(started.grpc);
      client.send(open(1, 0), ...Array.from({ length: 100 }, () => continued(payload)));
      expect(await client.goodbye()).toMatchObject({
        code: ENHANCE_YOUR_CALM,
        words: 'a header block that is too long',
      });
      await expectCut(client, started);
    }
    const slow = RawHttp2.greeting(started.grpc);
    await slow.pong();
    fakeTimers();
    slow.send(open(1, 0));
    const goodbye = slow.goodbye();
    await pass(20, goodbye);
    expect(await goodbye).toMatchObject({
      code: ENHANCE_YOUR_CALM,
      words: 'a header block that does not end',
    });
  });

  it('cannot make a small header block a large one', async () => {
    const { grpc, pipeline } = await start();
    const client = RawHttp2.greeting(grpc);
    const value = Buffer.alloc(3900, 'x');
    // One entry of the table, and as many references to it as a frame holds.
    const entry = Buffer.concat([
      Buffer.of(0x40, 1),
      Buffer.from('x'),
      Buffer.of(0x7f, 0xbd, 0x1d),
    ]);
    const bomb = Buffer.concat([CALL, entry, value, Buffer.alloc(12_000, 0xbe)]);
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 100; i += 1) client.send(open(2 * i + 1, END_HEADERS | END_STREAM, bomb));
    await client.got(({ stream, flags }) => stream === 199 && (flags & END_STREAM) !== 0);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200_000_000);
    const answers = client.frames.filter(({ type }) => type === FrameTypes.headers);
    expect(answers).toHaveLength(100);
    expect(answers.every(({ payload }) => payload.includes('metadata is longer than'))).toBe(true);
    // The tables are as they were on both sides: the next call is read.
    client.send(open(201), data(201, framed(traces())));
    await pipeline.came(1);
  });

  it('that sends frames which bring nothing is told to calm down', async () => {
    const started = await start({ grpc: ANY_PINGS });
    const floods = {
      settings: frame({ type: FrameTypes.settings }),
      pings: frame({ type: FrameTypes.ping, payload: Buffer.alloc(8) }),
      priorities: frame({ type: FrameTypes.priority, stream: 1, payload: Buffer.alloc(5) }),
      windows: frame({ type: FrameTypes.windowUpdate, payload: word(1) }),
      'empty data': data(1, Buffer.alloc(0), 0),
      'what nobody knows': frame({ type: 99, payload: Buffer.alloc(3) }),
    };
    for (const [what, flood] of Object.entries(floods)) {
      const client = RawHttp2.greeting(started.grpc);
      client.send(open(1), ...Array.from({ length: FLOOD }, () => flood));
      expect({ what, ...(await client.goodbye()) }).toEqual({
        what,
        code: ENHANCE_YOUR_CALM,
        words: 'too many idle frames',
      });
      await expectCut(client, started);
    }
  });

  it('that leaves its answer no window loses the call', async () => {
    const { grpc, pipeline } = await start();
    const client = RawHttp2.greeting(grpc, windowSetting(0));
    fakeTimers();
    client.send(open(1), data(1, framed(traces())));
    await client.got(({ type, stream }) => type === FrameTypes.headers && stream === 1);
    await pass(30, client.reset(1));
    expect(await client.reset(1)).toBe(CANCEL);
    expect(client.frames.some(({ type }) => type === FrameTypes.data)).toBe(false);
    // One whose client makes room meanwhile is answered.
    client.send(open(3), data(3, framed(traces())));
    await client.got(({ type, stream }) => type === FrameTypes.headers && stream === 3);
    client.send(frame({ type: FrameTypes.windowUpdate, stream: 3, payload: word(5) }));
    const { payload } = await client.got(({ type }) => type === FrameTypes.data);
    expect(payload.equals(Buffer.alloc(5))).toBe(true);
    expect(pipeline.taken).toHaveLength(2);
  });

  it('that does not read its answers is cut', async () => {
    const started = await start();
    const { grpc, pipeline } = started;
    pipeline.answerWith(() => Promise.reject(new SondeError('INTERNAL', '\u{1f525}'.repeat(900))));
    const client = RawHttp2.greeting(grpc);
    await client.pong();
    client.socket.pause();
    const call = framed(traces());
    // Bounded: by then it would have left 600 MB of answers. A busy server is a while behind.
    for (let i = 0; i < 60_000 && !client.socket.destroyed; i += 1) {
      const sent = Buffer.concat([open(2 * i + 1), data(2 * i + 1, call)]);
      await new Promise((resolve) => client.socket.write(sent, resolve));
    }
    expect(client.socket.destroyed).toBe(true);
    pipeline.answerWith(() => Promise.resolve());
    await expectCut(client, started);
  });

  it('that says hello slowly, or not at all, is closed', async () => {
    const { grpc } = await start();
    const [silent, slow] = [new RawHttp2(grpc), new RawHttp2(grpc)];
    fakeTimers();
    await Promise.all([once(silent.socket, 'connect'), once(slow.socket, 'connect')]);
    slow.send(PREFACE.subarray(0, 10));
    await pass(20, Promise.all([silent.closed, slow.closed]));
    expect(slow.frames.some(({ type }) => type === FrameTypes.goAway)).toBe(false);
  });

  it('that sends a frame larger than allowed is cut', async () => {
    const started = await start();
    const client = RawHttp2.greeting(started.grpc);
    client.send(open(1), data(1, Buffer.alloc(16_385)));
    expect(await client.goodbye()).toMatchObject({ code: FRAME_SIZE_ERROR });
    await expectCut(client, started);
  });

  it('that compresses its headers wrongly is cut', async () => {
    const started = await start();
    const client = RawHttp2.greeting(started.grpc);
    client.send(open(1, END_HEADERS, Buffer.of(0xff, 0xff)));
    expect(await client.goodbye()).toMatchObject({ code: COMPRESSION_ERROR });
    await expectCut(client, started);
  });

  it('that opens more streams than it may has the next ones refused', async () => {
    const { grpc, pipeline } = await start({ grpc: { max_concurrent_streams: 2 } });
    const client = RawHttp2.greeting(grpc);
    client.send(open(1), open(3), open(5));
    expect(await client.reset(5)).toBe(REFUSED_STREAM);
    client.send(data(1, framed(traces())), data(3, framed(traces())));
    await pipeline.came(2);
    await client.got(({ stream, flags }) => stream === 3 && (flags & END_STREAM) !== 0);
    client.send(open(7), data(7, framed(traces())));
    await pipeline.came(3);
  });

  it('that sends more than its windows allow loses the call, or the connection', async () => {
    const authenticate = (): Promise<never> => new Promise(() => undefined);
    const auth = { auth: { authenticator: 'slow' } };
    const started = await start({ grpc: auth, authenticator: { authenticate } });
    const client = RawHttp2.greeting(started.grpc);
    const full = Buffer.alloc(16_384);
    const pieces = (stream: number): Buffer[] =>
      Array.from({ length: 64 }, () => data(stream, full, 0));
    client.send(open(1), ...pieces(1));
    await client.pong();
    expect(client.frames.some(({ type }) => type === FrameTypes.resetStream)).toBe(false);
    client.send(data(1, Buffer.of(0), 0));
    expect(await client.reset(1)).toBe(FLOW_CONTROL_ERROR);
    for (const stream of [3, 5, 7, 9]) client.send(open(stream), ...pieces(stream));
    await client.pong();
    client.send(open(11), data(11, full, 0));
    expect(await client.goodbye()).toMatchObject({ code: FLOW_CONTROL_ERROR });
    await client.closed;
  });

  it('that stays after a goodbye is cut', async () => {
    const { grpc } = await start();
    const client = new RawHttp2(grpc, { allowHalfOpen: true });
    client.send(PREFACE, frame({ type: FrameTypes.ping, payload: Buffer.alloc(8) }));
    expect(await client.goodbye()).toMatchObject({ code: PROTOCOL_ERROR });
    await client.ended;
    // Whoever writes to a connection that is no more hears that.
    while (!client.socket.destroyed) {
      client.send(Buffer.alloc(8));
      await setImmediate();
    }
  });

  it('that sends on and on what is no call is answered before its end, and in time', async () => {
    const { grpc } = await start();
    const client = RawHttp2.greeting(grpc);
    const json = literals({
      ':method': 'POST',
      ':scheme': 'http',
      ':path': '/v1/traces',
      'content-type': 'application/json',
    });
    const full = Buffer.alloc(16_384);
    client.send(open(1, END_HEADERS, json), ...Array.from({ length: 40 }, () => data(1, full, 0)));
    await client.pong();
    expect(client.frames.some(({ type }) => type === FrameTypes.headers)).toBe(false);
    client.send(...Array.from({ length: 40 }, () => data(1, full, 0)));
    expect(await client.reset(1)).toBe(NO_ERROR);
    fakeTimers();
    client.send(open(3, END_HEADERS, json));
    await pass(5, client.reset(3));
    const answers = client.frames.filter(({ type }) => type === FrameTypes.data);
    expect(answers.map(({ payload }) => payload.toString().slice(0, 3))).toEqual(['415', '415']);
  });

  it('that speaks HTTP/1 is told so, and another is sent away', async () => {
    const started = await start();
    const browser = new RawHttp2(started.grpc);
    let text = '';
    browser.socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    browser.send(Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    await browser.closed;
    expect(text).toMatch(/^HTTP\/1\.1 505 [\s\S]*This port speaks gRPC, by HTTP\/2 alone\.\n$/);
    const stranger = new RawHttp2(started.grpc);
    stranger.send(Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'));
    expect(await stranger.goodbye()).toMatchObject({ code: PROTOCOL_ERROR });
    await expectCut(stranger, started);
  });

  it('that pads, splits and decorates what it sends is served all the same', async () => {
    const { grpc, pipeline } = await start();
    const client = RawHttp2.greeting(grpc);
    const message = framed(traces());
    const padded = (rest: Buffer): Buffer => Buffer.concat([Buffer.of(7), rest, Buffer.alloc(7)]);
    const priority = Buffer.concat([word(0), Buffer.of(16)]);
    const PADDED = 8;
    const PRIORITY = 32;
    const bytes = Buffer.concat([
      open(1, PADDED | PRIORITY, padded(Buffer.concat([priority, CALL.subarray(0, 20)]))),
      frame({ type: FrameTypes.continuation, stream: 1, payload: CALL.subarray(20, 30) }),
      frame({
        type: FrameTypes.continuation,
        flags: END_HEADERS,
        stream: 1,
        payload: CALL.subarray(30),
      }),
      data(1, padded(message.subarray(0, 9)), PADDED),
      data(1, message.subarray(9), 0),
      open(1, END_HEADERS | END_STREAM, literals({ 'x-trailer': '1' })),
    ]);
    // A byte a chunk: no frame may depend on how it comes.
    client.socket.setNoDelay(true);
    for (const byte of bytes) {
      await new Promise((resolve) => client.socket.write(Buffer.of(byte), resolve));
    }
    await client.got(({ stream, flags }) => stream === 1 && (flags & END_STREAM) !== 0);
    expect(Buffer.from(pipeline.taken[0]?.requests[0]?.bytes ?? []).equals(traces())).toBe(true);
  });
});
