import { Agent, get } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAY_OBSERVE, type Point, RunningObserver } from './running-observer.ts';
import {
  ASYNCIO_CLIENT,
  ended,
  HAS_CURL,
  HAS_GO,
  HAS_OPENSSL,
  HAS_PYTHON,
  HAS_RUST_TLS,
  HAS_WGET,
  PYTHON_CLIENT,
  PYTHON_SERVER,
  RUST_TLS,
  SecurePrograms,
} from './secure-programs.ts';

const SERVER = 'http.server.request.duration';
const CLIENT = 'http.client.request.duration';

function total(points: readonly Point[]): number {
  return points.reduce((sum, { count }) => sum + count, 0);
}

function askNode(port: number, path: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent, rejectUnauthorized: false };
    get(options, (response) => {
      response.resume().once('end', () => resolve());
    }).once('error', reject);
  });
}

describe.runIf(MAY_OBSERVE && HAS_OPENSSL)('secure connections', { timeout: 180_000 }, () => {
  let observer: RunningObserver;
  let programs: SecurePrograms;

  beforeAll(async () => {
    programs = new SecurePrograms();
    observer = await RunningObserver.start();
  });
  afterAll(async () => {
    await programs.end();
    await observer.kill();
  });

  /** Both sides have counted what was sent, and know the other side. */
  async function expectCounted(port: number, sent: number): Promise<void> {
    for (const metric of [SERVER, CLIENT]) {
      const points = await observer.points(metric, port, sent);
      expect(total(points)).toBe(sent);
      const attributes = metric === SERVER ? 'client.address' : 'network.peer.address';
      for (const point of points) {
        expect(point.attributes).toMatchObject({
          'url.scheme': 'https',
          [attributes]: '127.0.0.1',
        });
      }
    }
  }

  it('of node are counted on both sides with status, route and peer', async () => {
    const port = await programs.serve();
    const kept = new Agent({ keepAlive: true, maxSockets: 4 });
    await Promise.all(Array.from({ length: 60 }, () => askNode(port, '/things/17', kept)));
    kept.destroy();
    const once = new Agent({ keepAlive: false });
    for (let i = 0; i < 10; i++) await askNode(port, `/things/${i}`, once);
    await expectCounted(port, 70);
    const points = await observer.points(SERVER, port, 70);
    const failed = points.find(({ attributes }) => attributes['error.type'] === '503');
    expect(failed?.count).toBe(1);
    expect(failed?.attributes['http.route']).toBe('/things/{id}');
  });

  it.runIf(HAS_PYTHON)('of Python are counted, kept and one a request', async () => {
    const args = ['-c', PYTHON_SERVER, programs.certFile, programs.keyFile];
    const port = await programs.start('python3', args);
    await ended(programs.spawn('python3', ['-c', PYTHON_CLIENT, `${port}`, '60', 'kept']));
    await ended(programs.spawn('python3', ['-c', PYTHON_CLIENT, `${port}`, '20', 'anew']));
    await ended(programs.spawn('python3', ['-c', ASYNCIO_CLIENT, `${port}`, '20']));
    await expectCounted(port, 100);
  });

  it.runIf(HAS_CURL && HAS_WGET)('of programs that live for a moment are counted', async () => {
    const port = await programs.serve();
    const url = `https://127.0.0.1:${port}/moment`;
    for (let i = 0; i < 5; i++) {
      await ended(programs.spawn('curl', ['-sk', '--http1.1', url]));
      await ended(programs.spawn('wget', ['-q', '--no-check-certificate', '-O', '-', url]));
    }
    await expectCounted(port, 10);
  });

  it.runIf(HAS_GO)('of Go are counted, stripped of its symbols', async () => {
    const program = programs.buildGo();
    const port = await programs.start(program, ['serve', programs.certFile, programs.keyFile]);
    const url = `https://127.0.0.1:${port}/go`;
    const client = programs.spawn(program, ['ask', url, '2000', '10']);
    // The observer has looked into the program by then.
    await observer.until(({ probes }) => (probes.some((file) => file.users >= 2) ? 1 : undefined));
    client.stdin.write('go\n');
    await ended(client);
    await expectCounted(port, 2000);
  });

  describe.runIf(HAS_RUST_TLS)('of rustls', () => {
    const command = (isHttp2: boolean, ...args: readonly string[]): readonly string[] => {
      return [...(isHttp2 ? ['RUST_TLS_HTTP2=yes'] : []), RUST_TLS, ...args];
    };
    const serve = (isHttp2 = false): Promise<number> => {
      const { certFile, keyFile } = programs;
      return programs.start('env', command(isHttp2, 'serve', certFile, keyFile));
    };
    async function ask(
      port: number,
      { count, workers, isHttp2 = false }: { count: number; workers: number; isHttp2?: boolean },
    ): Promise<void> {
      const args = ['ask', `https://127.0.0.1:${port}/rust`, `${count}`, `${workers}`];
      const client = programs.spawn('env', command(isHttp2, ...args));
      const usesBoth = ({ users }: { readonly users: number }): boolean => users >= 2;
      await observer.until(({ probes }) => (probes.some(usesBoth) ? 1 : undefined));
      client.stdin.write('go\n');
      await ended(client);
    }

    it('are counted, kept and one a request', async () => {
      const port = await serve();
      await ask(port, { count: 2_000, workers: 10 });
      await ask(port, { count: 100, workers: 100 });
      await expectCounted(port, 2_100);
    });

    it('are counted over HTTP/2, whose objects move after they have written', async () => {
      const port = await serve(true);
      await ask(port, { count: 2_000, workers: 20, isHttp2: true });
      await expectCounted(port, 2_000);
    });

    it.runIf(HAS_CURL)('are counted where the other side is another library', async () => {
      const port = await serve();
      const kept = new Agent({ keepAlive: true, maxSockets: 4 });
      await Promise.all(Array.from({ length: 60 }, () => askNode(port, '/things/17', kept)));
      kept.destroy();
      const once = new Agent({ keepAlive: false });
      for (let i = 0; i < 20; i++) await askNode(port, `/things/${i}`, once);
      const url = `https://127.0.0.1:${port}/moment`;
      for (let i = 0; i < 20; i++) {
        const version = i % 2 === 0 ? '1.2' : '1.3';
        await ended(programs.spawn('curl', ['-sk', '--http1.1', '--tls-max', version, url]));
      }
      await expectCounted(port, 100);
    });
  });

  it('have no request that nobody knows the other side of', async () => {
    const { unplaced, counters } = await observer.report();
    expect(unplaced).toBe(0);
    expect(counters['sessions']).toBeGreaterThan(0);
  });
});
