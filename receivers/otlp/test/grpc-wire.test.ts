import { constants } from 'node:http2';
import { describe, expect, it } from 'vitest';
import { RawClient } from './grpc-client.ts';
import { start } from './harness.ts';
import { logs, traces } from './otlp-bytes.ts';
import { answerOf, framed, RawGrpc } from './raw-grpc.ts';

const LOG_SERVICE = 'opentelemetry.proto.collector.logs.v1.LogsService';
const LOGS = { ':path': `/${LOG_SERVICE}/Export` } as const;

// grpc/doc/PROTOCOL-HTTP2.md, as a server of unary calls.
describe('gRPC on the wire', () => {
  it('takes a message however it is cut into frames', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawGrpc(grpc);
    const whole = framed(traces(3));
    const bytes = Array.from(whole, (_, index) => whole.subarray(index, index + 1));
    const cuts = [[whole], bytes, [whole.subarray(0, 3), whole.subarray(3)]];
    for (const pieces of cuts) {
      const { code, body } = await client.call(pieces);
      expect(code).toBe('0');
      expect(body.equals(Buffer.alloc(5))).toBe(true);
    }
    const large = logs('x'.repeat(3_000_000));
    expect((await client.call([framed(large)], LOGS)).code).toBe('0');
    const taken = pipeline.taken.map(({ requests }) => Buffer.from(requests[0]?.bytes ?? []));
    expect(taken.map((got) => got.equals(traces(3)))).toEqual([true, true, true, false]);
    expect(taken[3]?.equals(large)).toBe(true);
  });

  it('takes a large message in frames of one byte mixed with large ones', async () => {
    const { grpc, pipeline } = await start();
    const large = logs(
      Buffer.from(Array.from({ length: 200_000 }, (_, i) => 97 + (i % 26))).toString(),
    );
    const whole = framed(large);
    const pieces: Buffer[] = [];
    for (let at = 0; at < whole.length; ) {
      const length = pieces.length % 2 === 0 ? 1 + (pieces.length % 7) : 5000;
      pieces.push(whole.subarray(at, at + length));
      at += length;
    }
    expect((await new RawGrpc(grpc).call(pieces, LOGS)).code).toBe('0');
    expect(Buffer.from(pipeline.taken[0]?.requests[0]?.bytes ?? []).equals(large)).toBe(true);
  });

  it('has the code of gRPC for what is no single message', async () => {
    const { grpc, pipeline } = await start();
    const client = new RawGrpc(grpc);
    const whole = framed(traces());
    const table = [
      ['none at all', [], '12'],
      ['a second one', [Buffer.concat([whole, whole])], '12'],
      ['a byte too much', [Buffer.concat([whole, Buffer.from([0])])], '12'],
      ['half a head', [whole.subarray(0, 4)], '13'],
      ['a cut one', [whole.subarray(0, -1)], '13'],
      ['an unknown flag', [framed(traces(), 2)], '13'],
      ['a packed one that does not say how', [framed(traces(), 1)], '13'],
    ] as const;
    for (const [what, pieces, code] of table) {
      expect({ what, code: (await client.call(pieces)).code }).toEqual({ what, code });
    }
    expect(pipeline.taken).toHaveLength(0);
  });

  it('tells what is no gRPC call by HTTP, and an unknown codec by gRPC', async () => {
    const { grpc } = await start();
    const client = new RawGrpc(grpc);
    const json = { 'content-type': 'application/json' };
    expect((await client.call([], json)).status).toBe(415);
    expect((await client.call([], { ':method': 'PUT' })).status).toBe(405);
    for (const [type, code] of [
      ['application/grpc+json', '12'],
      ['application/grpc+proto', '0'],
      ['application/grpc;x=y', '0'],
    ] as const) {
      const answer = await client.call([framed(traces())], { 'content-type': type });
      expect({ type, code: answer.code }).toEqual({ type, code });
    }
    const unknown = await client.call([framed(traces())], { ':path': '/a.B/C' });
    expect(unknown.headers).toMatchObject({
      'grpc-status': '12',
      'grpc-message': 'unknown service a.B',
    });
  });

  it('refuses a message by its head, before the rest of it comes', async () => {
    const { grpc } = await start();
    const stream = new RawGrpc(grpc).open();
    const answer = answerOf(stream);
    const head = Buffer.alloc(5);
    head.writeUInt32BE(4 * 1024 * 1024 + 1, 1);
    stream.write(head);
    // No END_STREAM: the client is told to stop.
    const { headers, code } = await answer;
    expect(code).toBe('8');
    expect(headers['grpc-message']).toBe(
      'grpc: received message larger than max (4194305 vs. 4194304)',
    );
    expect(stream.rstCode).toBe(constants.NGHTTP2_NO_ERROR);
  });

  it('keeps to the time that the client gives it', async () => {
    const { grpc, pipeline } = await start();
    pipeline.answerWith(() => new Promise(() => undefined));
    const client = new RawGrpc(grpc);
    expect((await client.call([framed(traces())], { 'grpc-timeout': '50m' })).code).toBe('4');
    expect(pipeline.taken).toHaveLength(1);
    // Also before the message is whole.
    const stream = client.open({ 'grpc-timeout': '50000u' });
    const answer = answerOf(stream);
    stream.write(framed(traces()).subarray(0, 7));
    expect((await answer).code).toBe('4');
    pipeline.answerWith(() => Promise.resolve());
    for (const [timeout, code] of [
      ['99999999H', '0'],
      ['soon', '13'],
      ['123456789S', '13'],
    ] as const) {
      const { code: got } = await client.call([framed(traces())], { 'grpc-timeout': timeout });
      expect({ timeout, got }).toEqual({ timeout, got: code });
    }
  });

  it('counts bytes while they arrive, and asks senders to come back', async () => {
    const { grpc, pipeline } = await start();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    pipeline.answerWith(() => released);
    // Room for 160 MiB (that of the HTTP side); 38 calls hold 4 MB, two more find no room.
    const large = logs('x'.repeat(4 * 1024 * 1024 - 200));
    const client = new RawClient(grpc);
    const answers = Array.from({ length: 42 }, () =>
      client.export(large, { service: LOG_SERVICE }),
    );
    const codes: number[] = [];
    const refused = new Promise<void>((resolve) => {
      for (const answer of answers) {
        void answer.then(({ code, trailers }) => {
          codes.push(code);
          if (code !== 0) expect(trailers?.get('grpc-status-details-bin')).toHaveLength(1);
          if (codes.length === 2) resolve();
        });
      }
    });
    await refused;
    expect(codes).toEqual([14, 14]);
    release();
    const all = (await Promise.all(answers)).map(({ code }) => code);
    expect(all.filter((code) => code === 0).length).toBeGreaterThanOrEqual(36);
    expect(all.filter((code) => code !== 0 && code !== 14)).toEqual([]);
  });

  it('holds nothing for messages that are only announced', async () => {
    const { grpc } = await start();
    const client = new RawGrpc(grpc);
    const before = process.memoryUsage.rss();
    const head = Buffer.alloc(6);
    head.writeUInt32BE(4 * 1024 * 1024, 1);
    const streams = Array.from({ length: 500 }, () => client.open());
    await Promise.all(
      streams.map((stream) => new Promise<void>((resolve) => stream.write(head, () => resolve()))),
    );
    await client.ping();
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
    expect((await new RawClient(grpc).export(traces())).code).toBe(0);
  });
});
