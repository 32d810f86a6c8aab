import { createServer, get } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseTraceparent } from '../src/requests/trace-links.ts';
import { MAY_OBSERVE, type ObservedSpan, RunningObserver } from './running-observer.ts';
import { HAS_OPENSSL, HAS_PYTHON, SecurePrograms } from './secure-programs.ts';

const SERVER = 2;
const CLIENT = 3;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
  return port;
}

/** Two servers with a thread a connection: the first asks the second for each answer. */
const CHAIN = `
import http.client, http.server, threading
class Inner(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        self.send_response(200)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')
    def log_message(self, *words):
        pass
inner = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Inner)
threading.Thread(target=inner.serve_forever, daemon=True).start()
class Outer(Inner):
    def do_GET(self):
        for path in ('/first', '/second'):
            connection = http.client.HTTPConnection('127.0.0.1', inner.server_address[1])
            connection.request('GET', path)
            connection.getresponse().read()
            connection.close()
        Inner.do_GET(self)
outer = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Outer)
print(outer.server_address[1], flush=True)
outer.serve_forever()
`;

function ask(port: number, path: string, headers: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve());
    }).once('error', reject);
  });
}

describe('traceparent', () => {
  it('is read where it is one', () => {
    const trace = '0af7651916cd43dd8448eb211c80319c';
    const read = parseTraceparent(`00-${trace}-b7ad6b7169203331-01`);
    expect(Buffer.from(read?.traceId ?? []).toString('hex')).toBe(trace);
    expect(Buffer.from(read?.spanId ?? []).toString('hex')).toBe('b7ad6b7169203331');
    for (const bad of [
      `00-${'0'.repeat(32)}-b7ad6b7169203331-01`,
      `00-${trace}-${'0'.repeat(16)}-01`,
      `ff-${trace}-b7ad6b7169203331-01`,
      `00-${trace.toUpperCase()}-b7ad6b7169203331-01`,
      undefined,
    ]) {
      expect(parseTraceparent(bad)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseTraceparent(text)?.traceId.length ?? 16).toBe(16);
      }),
    );
  });
});

describe.runIf(MAY_OBSERVE)('traces', { timeout: 60_000 }, () => {
  let observer: RunningObserver;

  beforeAll(async () => {
    observer = await RunningObserver.start();
  });
  afterAll(async () => {
    await observer.kill();
  });

  function spansOf(name: string, count: number): Promise<readonly ObservedSpan[]> {
    return observer.until(() => {
      const spans = observer.spans.filter((span) => span.name === name);
      return spans.length >= count ? spans : undefined;
    });
  }

  it('go on on both sides where a traceparent passes, however far behind in the head', async () => {
    const server = createServer((_, response) => response.end('ok'));
    const port = await listening(server);
    const [trace, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
    const traceparent = `00-${trace}-${parent}-01`;
    await ask(port, '/near', { traceparent });
    await ask(port, '/far', { 'x-long': 'y'.repeat(900), traceparent });
    server.close();
    for (const name of ['GET /near', 'GET /far']) {
      const spans = await spansOf(name, 2);
      expect(spans.map(({ kind }) => kind).sort()).toEqual([SERVER, CLIENT]);
      for (const span of spans)
        expect(span).toMatchObject({ traceId: trace, parentSpanId: parent });
    }
  });

  it('say on both sides which address was called', async () => {
    const server = createServer((_, response) => response.end('ok'));
    const port = await listening(server);
    await ask(port, '/called', {});
    server.close();
    const spans = await spansOf('GET /called', 2);
    const called = { key: 'network.local.address', value: { stringValue: '127.0.0.1' } };
    const peer = { ...called, key: 'network.peer.address' };
    const of = (side: number) => spans.find(({ kind }) => kind === side)?.attributes;
    expect(of(SERVER)).toEqual(expect.arrayContaining([called]));
    expect(of(CLIENT)).toEqual(expect.arrayContaining([peer]));
    expect(of(CLIENT)).not.toEqual(expect.arrayContaining([called]));
  });

  it('go on over HTTP/2, too', async () => {
    const server = createHttp2Server((_, response) => response.end('ok'));
    const port = await listening(server);
    const session = connect(`http://127.0.0.1:${port}`);
    const trace = '1af7651916cd43dd8448eb211c80319c';
    await new Promise<void>((resolve, reject) => {
      const traceparent = `00-${trace}-b7ad6b7169203331-01`;
      const stream = session.request({ ':path': '/streams', traceparent });
      stream.resume().once('end', resolve).once('error', reject);
    });
    const spans = await spansOf('GET /streams', 2);
    expect(spans.map(({ traceId }) => traceId)).toEqual([trace, trace]);
    session.destroy();
    server.close();
  });

  it.runIf(HAS_PYTHON && HAS_OPENSSL)(
    'join what a thread asked for the request it served',
    async () => {
      const programs = new SecurePrograms();
      const port = await programs.start('python3', ['-c', CHAIN]);
      await ask(port, '/outer', {});
      const outer = (await spansOf('GET /outer', 2)).find(({ kind }) => kind === SERVER);
      for (const name of ['GET /first', 'GET /second']) {
        const inner = (await spansOf(name, 2)).find(({ kind }) => kind === CLIENT);
        expect(inner).toMatchObject({ traceId: outer?.traceId, parentSpanId: outer?.spanId });
      }
      await programs.end();
    },
  );

  it('claim nothing of threads that go from one connection to another', async () => {
    const inner = createServer((_, response) => response.end('ok'));
    const innerPort = await listening(inner);
    const outer = createServer(async (_, response) => {
      await ask(innerPort, '/of-a-loop', {});
      response.end('ok');
    });
    await ask(await listening(outer), '/loop', {});
    const spans = await spansOf('GET /of-a-loop', 2);
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual(['', '']);
    inner.close();
    outer.close();
  });
});
