import { connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { BODY_PACE_MS, HttpServer, httpSettings, InFlightBytes } from '@sonde/intake';
import { pack } from '@sonde/pipeline/packing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { otlpConfig } from '../src/config.ts';
import { RawClient, TRACE_SERVICE } from './grpc-client.ts';
import { PROTOBUF, send, start } from './harness.ts';
import { logs, traces } from './otlp-bytes.ts';

const HEAD =
  'POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-protobuf\r\n' as const;

/** A raw connection and all it receives until it is closed. */
function raw(address: string): { socket: Socket; closed: Promise<string> } {
  const { port } = new URL(`http://${address}`);
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  // A reset is one way of being cut off.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  return { socket, closed };
}

describe('a hostile sender', () => {
  it('is cut off when its headers or its body trickle', async () => {
    const { http, pipeline } = await start({
      http: { read_header_timeout: '150ms', read_timeout: '300ms' },
    });
    const headers = raw(http);
    headers.socket.write('POST /v1/traces HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const body = raw(http);
    body.socket.write(`${HEAD}Content-Length: 1000\r\n\r\nabc`);
    expect(await headers.closed).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect(await body.closed).toMatch(/^(HTTP\/1\.1 408 |$)/);
    expect((await send(http, { body: traces() })).status).toBe(200);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('cannot make a packed body grow beyond the limit', async () => {
    const { http, pipeline } = await start({ http: { max_request_body_size: 1_000_000 } });
    const bomb = gzipSync(Buffer.alloc(60_000_000), { level: 1 });
    const before = process.memoryUsage.rss();
    const headers = { ...PROTOBUF, 'content-encoding': 'gzip' };
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => send(http, { headers, body: bomb })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(413));
    expect(process.memoryUsage.rss() - before).toBeLessThan(300_000_000);
    expect(pipeline.taken).toHaveLength(0);
  });

  it.each(['snappy', 'lz4'] as const)(
    'that sends one large body by %s after the other meets a server that does not grow',
    async (packing) => {
      const { http, pipeline } = await start();
      const body = await pack(logs('x'.repeat(19 << 20)), packing);
      const before = process.memoryUsage.rss();
      let most = before;
      for (let count = 0; count < 40; count += 1) {
        const headers = { ...PROTOBUF, 'content-encoding': packing };
        const { status } = await send(http, { path: '/v1/logs', headers, body });
        expect(status).toBe(200);
        pipeline.taken.length = 0;
        most = Math.max(most, process.memoryUsage.rss());
      }
      expect(most - before).toBeLessThan(400_000_000);
    },
    120_000,
  );

  it.each([
    ['zstd', 'declares 2^50 bytes and has none', '28b52ffde00000000000000400010000'],
    ['zstd', 'declares none and has one', '28b52ffde0000000000000000009000061'],
    ['deflate', 'goes on after its end', '789c03000000000161'],
    ['lz4', 'is 6,000 empty frames', '04224d1860408200000000'.repeat(6000)],
  ])('is told so when a body of %s %s', async (packing, _fault, hex) => {
    const { http, pipeline } = await start();
    const headers = { ...PROTOBUF, 'content-encoding': packing };
    const body = Buffer.from(hex, 'hex');
    expect((await send(http, { headers, body })).status).toBe(400);
    expect(pipeline.taken).toHaveLength(0);
  });

  it('that opens too many connections is dropped, and counted', async () => {
    const { http } = otlpConfig.parse({
      protocols: { http: { endpoint: '127.0.0.1:0' } },
    }).protocols;
    if (http === undefined) throw new Error('it is on');
    const settings = httpSettings(http);
    let dropped = 0;
    const server = new HttpServer(
      { ...settings, limits: { ...settings.limits, connectionsMax: 1 } },
      {
        handle: (_, response) => void response.end('served'),
        dropped: () => {
          dropped += 1;
        },
        failed: (error) => {
          throw error;
        },
        certificates: { reloaded: () => undefined, failed: () => undefined },
      },
    );
    const address = await server.listen();
    onTestFinished(() => server.close(AbortSignal.abort()));
    const first = raw(address);
    first.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => first.socket.once('data', resolve));
    expect(await raw(address).closed).toBe('');
    expect(dropped).toBe(1);
  });

  it('that never reads its answer in time is cut off, where a time is set', async () => {
    const { http, pipeline } = await start({ http: { write_timeout: '100ms' } });
    pipeline.answerWith(() => new Promise(() => undefined));
    await expect(send(http, { body: traces() })).rejects.toThrow('socket hang up');
    expect(pipeline.taken).toHaveLength(1);
  });

  it('that sends headers without end gets 431', async () => {
    const { http } = await start();
    const { socket, closed } = raw(http);
    socket.write(`${HEAD}X-Long: ${'x'.repeat(100_000)}\r\n\r\n`);
    expect(await closed).toMatch(/^HTTP\/1\.1 431 /);
  });

  it('that sends nonsense gets 400 and is cut off', async () => {
    const { http } = await start();
    const { socket, closed } = raw(http);
    socket.write('\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03');
    expect(await closed).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('that sends nonsense to the gRPC port is cut off, and others are served', async () => {
    // Node tells such a client to go and leaves the socket open; keepalive finds that it is dead.
    const keepalive = { server_parameters: { time: '100ms', timeout: '100ms' } };
    const { grpc, pipeline } = await start({ grpc: { keepalive } });
    const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const openings = [
      Buffer.from('GET / HTTP/1.1\r\n\r\n'),
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00]),
      // Nothing but a beginning.
      preface.subarray(0, 10),
      // A frame of 16 MB, and a header block that is none.
      Buffer.concat([preface, settings, Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1])]),
      Buffer.concat([preface, settings, Buffer.from([0, 0, 2, 1, 4, 0, 0, 0, 1, 255, 255])]),
    ];
    for (const opening of openings) {
      const { socket, closed } = raw(grpc);
      socket.write(opening);
      await closed;
    }
    expect((await new RawClient(grpc).export(traces())).code).toBe(0);
    expect(pipeline.taken).toHaveLength(1);
  });

  it('cannot smuggle a second request in the body of one that was refused', async () => {
    const { http, pipeline } = await start({ http: { max_request_body_size: 1000 } });
    const { socket, closed } = raw(http);
    const second = `${HEAD}Content-Length: ${traces().length}\r\n\r\n`;
    socket.write(`${HEAD}Content-Length: 5000\r\n\r\n`);
    socket.write(Buffer.concat([Buffer.from(second), traces(), Buffer.alloc(3000)]));
    const text = await closed;
    expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(pipeline.taken).toHaveLength(0);
  });

  it('that sends on and on after a refusal is cut off', async () => {
    const { http } = await start({ http: { max_request_body_size: 1000 } });
    const { socket, closed } = raw(http);
    socket.write(`${HEAD}Content-Length: 1000000000\r\n\r\n`);
    const piece = Buffer.alloc(256 * 1024);
    const pump = (): void => {
      // Bounded by the server: the connection goes away.
      while (!socket.destroyed && socket.write(piece));
    };
    socket.on('drain', pump);
    pump();
    await closed;
    expect(socket.bytesWritten).toBeLessThan(100_000_000);
  });

  it('that goes away in the middle leaves nothing behind', async () => {
    const { http, grpc, pipeline } = await start();
    for (let i = 0; i < 20; i += 1) {
      const { socket, closed } = raw(http);
      await new Promise<void>((resolve) =>
        socket.write(`${HEAD}Content-Length: 1000\r\n\r\n${'x'.repeat(i * 10)}`, () => resolve()),
      );
      socket.destroy();
      await closed;
    }
    const session = connectHttp2(`http://${grpc}`);
    onTestFinished(() => session.destroy());
    const stream = session.request({
      ':method': 'POST',
      ':path': `/${TRACE_SERVICE}/Export`,
      'content-type': 'application/grpc',
    });
    const gone = new Promise<void>((resolve) => stream.on('close', () => resolve()));
    stream.write(Buffer.from([0, 0, 0, 1, 0, 1, 2, 3]));
    stream.close(constants.NGHTTP2_CANCEL);
    await gone;
    expect((await send(http, { body: traces() })).status).toBe(200);
    expect((await new RawClient(grpc).export(traces())).code).toBe(0);
    expect(pipeline.taken).toHaveLength(2);
  });
});

describe('senders that hold a body open', () => {
  const declared = 20 * 1024 * 1024;
  const opening = `${HEAD}Content-Length: ${declared}\r\n\r\n`;

  it('take no room for what they only declare: sixteen of them stop nobody', async () => {
    const { http, grpc, pipeline } = await start();
    const asked = Array.from({ length: 16 }, async () => {
      const { socket } = raw(http);
      const answered = new Promise((resolve) => socket.once('data', resolve));
      socket.write(opening.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n'));
      expect(String(await answered)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      socket.write('x');
    });
    await Promise.all(asked);
    expect((await send(http, { body: traces() })).status).toBe(200);
    expect((await new RawClient(grpc).export(traces())).code).toBe(0);
    expect(pipeline.taken).toHaveLength(2);
  });

  it('and trickle while others wait are answered and cut, and make room again', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { http, pipeline } = await start();
    const large = logs('x'.repeat(19 * 1024 * 1024));
    const path = '/v1/logs';
    const almost = Buffer.alloc(declared - 1);
    const trickling = Array.from({ length: 8 }, () => {
      const { socket, closed } = raw(http);
      socket.write(opening);
      socket.write(almost);
      return closed;
    });
    // Another of that size, which says so and sends nothing: refused once the others hold it all.
    const ask = (): Promise<string> => {
      const { socket } = raw(http);
      socket.write(opening.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n'));
      return new Promise((resolve) => socket.once('data', (data) => resolve(String(data))));
    };
    await expect.poll(ask, { timeout: 20_000 }).toMatch(/^HTTP\/1\.1 503 /);
    // Two: what came in the first of them was enough.
    vi.advanceTimersByTime(2 * BODY_PACE_MS);
    for (const answer of await Promise.all(trickling)) {
      expect(answer).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 1\r\n[\s\S]*too slowly/);
    }
    expect((await send(http, { path, body: large })).status).toBe(200);
    expect(pipeline.taken.length).toBeGreaterThan(0);
  }, 60_000);

  it('and are slow are served all the same while there is room', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const { http, pipeline } = await start();
    const body = traces();
    const { socket, closed } = raw(http);
    const asked = new Promise((resolve) => socket.once('data', resolve));
    socket.write(
      `${HEAD}Connection: close\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    await asked;
    socket.write(body.subarray(0, 1));
    vi.advanceTimersByTime(4 * BODY_PACE_MS);
    socket.write(body.subarray(1));
    expect(await closed).toMatch(/HTTP\/1\.1 200 /);
    expect(pipeline.taken).toHaveLength(1);
  });
});

describe('a crowd of senders', () => {
  it('is served, a hundred at a time, over both protocols', async () => {
    const { http, grpc, pipeline } = await start();
    const client = new RawClient(grpc);
    const byHttp = Array.from({ length: 100 }, (_, i) => send(http, { body: traces(i + 1) }));
    const byGrpc = Array.from({ length: 100 }, (_, i) => client.export(traces(i + 1)));
    expect((await Promise.all(byHttp)).every(({ status }) => status === 200)).toBe(true);
    expect((await Promise.all(byGrpc)).every(({ code }) => code === 0)).toBe(true);
    const items = pipeline.taken.reduce((sum, { itemCount }) => sum + itemCount, 0);
    expect(items).toBe(2 * 5050);
  });

  it('is asked to come back when its bodies together are too large', async () => {
    const { http, grpc, pipeline } = await start();
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    pipeline.answerWith(() => released);
    // The default is room for 160 MiB; each of these holds 18.
    const large = logs('x'.repeat(18 * 1024 * 1024));
    const path = '/v1/logs';
    const answers = Array.from({ length: 12 }, () => send(http, { path, body: large }));
    const statuses: number[] = [];
    const refused = new Promise<void>((resolve) => {
      for (const answer of answers) {
        void answer.then(({ status, headers }) => {
          statuses.push(status);
          if (status === 503) expect(headers['retry-after']).toBe('1');
          if (statuses.length === 4) resolve();
        });
      }
    });
    await pipeline.came(8);
    await refused;
    expect(statuses).toEqual([503, 503, 503, 503]);
    // A small request of the other protocol still finds room.
    const small = new RawClient(grpc).export(traces());
    await pipeline.came(9);
    release();
    expect((await small).code).toBe(0);
    expect((await Promise.all(answers)).filter(({ status }) => status === 200)).toHaveLength(8);
  });

  it('never takes more bytes than there is room for', () => {
    const inFlight = new InFlightBytes(100);
    const [first, second] = [inFlight.open(), inFlight.open()];
    first.take(60);
    expect(() => second.take(41)).toThrow('too many bytes');
    second.take(40);
    first.giveBack(10);
    expect(inFlight.bytes).toBe(90);
    first.close();
    first.close();
    second.close();
    expect(inFlight.bytes).toBe(0);
  });
});
