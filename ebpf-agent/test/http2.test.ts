import { type ClientHttp2Session, connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAY_OBSERVE, type Point, RunningObserver } from './running-observer.ts';
import { ended, HAS_GO, HAS_OPENSSL, SecurePrograms } from './secure-programs.ts';

function ask(session: ClientHttp2Session, path: string, body = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({ ':path': path, ':method': body === '' ? 'GET' : 'POST' });
    stream.resume().once('end', resolve).once('error', reject);
    if (body !== '') stream.end(body);
  });
}

/** A call as clients of gRPC make it; resolves behind the trailers. */
function call(session: ClientHttp2Session, method: string, message: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': `/shop.Greeter/${method}`,
      'content-type': 'application/grpc+proto',
      te: 'trailers',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    stream.resume().once('close', resolve).once('error', reject);
    stream.end(Buffer.concat([Buffer.of(0, 0, 0, 0, message.length), Buffer.from(message)]));
  });
}

/** Answers as servers of gRPC do: with the status that was asked for behind what they say. */
function answerCall(stream: ServerHttp2Stream): void {
  let asked = '';
  stream.on('data', (data) => {
    asked += data;
  });
  stream.once('end', () => {
    const status = /status (\d+)/.exec(asked)?.[1] ?? '0';
    const headers = { ':status': 200, 'content-type': 'application/grpc+proto' };
    if (status !== '0') {
      // An answer that is its trailers alone.
      stream.respond({ ...headers, 'grpc-status': status }, { endStream: true });
      return;
    }
    stream.respond(headers, { waitForTrailers: true });
    stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
    for (let i = 0; i < 5; i++) stream.write(Buffer.from('\0\0\0\0\x05hello'));
    stream.end();
  });
}

function counts(points: readonly Point[], ...keys: readonly string[]): readonly unknown[] {
  return points
    .map(({ count, attributes }) => [count, ...keys.map((key) => attributes[key])])
    .sort((a, b) => Number(b[0]) - Number(a[0]));
}

describe.runIf(MAY_OBSERVE)('HTTP/2', { timeout: 120_000 }, () => {
  let observer: RunningObserver;

  beforeAll(async () => {
    observer = await RunningObserver.start();
  });
  afterAll(async () => {
    await observer.kill();
  });

  it('is counted on both sides, many requests at once and with bodies', async () => {
    const server = createServer((request, response) => {
      response.statusCode = request.url === '/broken' ? 500 : 200;
      request.resume().once('end', () => response.end('y'.repeat(50_000)));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
    const session = connect(`http://127.0.0.1:${port}`);
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        ask(session, `/things/${i}?secret=1`, i % 2 ? 'z'.repeat(40_000) : ''),
      ),
    );
    await ask(session, '/broken');
    for (const side of ['server', 'client']) {
      const points = await observer.points(`http.${side}.request.duration`, port, 61);
      const route = side === 'server' ? 'http.route' : 'url.template';
      expect(
        counts(points, 'http.request.method', route, 'http.response.status_code', 'error.type'),
      ).toEqual([
        [30, 'GET', '/things/{id}', '200', undefined],
        [30, 'POST', '/things/{id}', '200', undefined],
        [1, 'GET', '/broken', '500', '500'],
      ]);
      expect(points[0]?.attributes['network.protocol.version']).toBe('2');
      expect(JSON.stringify(points)).not.toContain('secret');
    }
    session.destroy();
    server.close();
  });

  it('is counted as calls where it is gRPC, with their status from the trailers', async () => {
    const server = createServer().on('stream', answerCall);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
    const session = connect(`http://127.0.0.1:${port}`);
    await Promise.all(Array.from({ length: 20 }, () => call(session, 'Say', 'x')));
    for (let i = 0; i < 3; i++) await call(session, 'Say', 'status 5');
    for (let i = 0; i < 2; i++) await call(session, 'Say', 'status 13');
    await call(session, 'Count', 'x');
    const keys = ['rpc.method', 'rpc.response.status_code', 'error.type'];
    const onServer = await observer.points('rpc.server.call.duration', port, 26);
    expect(counts(onServer, ...keys)).toEqual([
      [20, 'shop.Greeter/Say', 'OK', undefined],
      [3, 'shop.Greeter/Say', 'NOT_FOUND', undefined],
      [2, 'shop.Greeter/Say', 'INTERNAL', 'INTERNAL'],
      [1, 'shop.Greeter/Count', 'OK', undefined],
    ]);
    const onClient = await observer.points('rpc.client.call.duration', port, 26);
    expect(counts(onClient, ...keys)[1]).toEqual([3, 'shop.Greeter/Say', 'NOT_FOUND', 'NOT_FOUND']);
    session.destroy();
    server.close();
  });

  it.runIf(HAS_GO && HAS_OPENSSL)('is counted inside of TLS, of Go', async () => {
    process.env['GO_TLS_HTTP2'] = 'yes';
    const programs = new SecurePrograms();
    const program = programs.buildGo();
    const port = await programs.start(program, ['serve', programs.certFile, programs.keyFile]);
    const url = `https://127.0.0.1:${port}/go`;
    const client = programs.spawn(program, ['ask', url, '1000', '10']);
    await observer.until(({ probes }) => (probes.some((file) => file.users >= 2) ? 1 : undefined));
    client.stdin.write('go\n');
    await ended(client);
    for (const side of ['server', 'client']) {
      const points = await observer.points(`http.${side}.request.duration`, port, 1000);
      expect(counts(points, 'network.protocol.version', 'url.scheme')).toEqual([
        [1000, '2', 'https'],
      ]);
    }
    await programs.end();
  });
});
