import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createHttpServer, get } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { programs, programsOf } from './kernel-programs.ts';
import { MAY_OBSERVE, RunningObserver } from './running-observer.ts';

const run = promisify(execFile);
const hasBpftool = spawnSync('bpftool', ['version']).status === 0;

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port }: AddressInfo = JSON.parse(JSON.stringify(server.address()));
  return port;
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.once('error', reject);
  });
}

/** Writes, and waits for the answer's end. */
function ask(socket: Socket, bytes: Buffer | string, end: Buffer | string): Promise<void> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const onData = (data: Buffer): void => {
      heard = Buffer.concat([heard, data]);
      if (!heard.includes(end)) return;
      socket.off('data', onData);
      resolve();
    };
    socket.on('data', onData);
    socket.write(bytes);
  });
}

/** A message of PostgreSQL: type, length, body. */
function message(type: string, body: Buffer | string): Buffer {
  const bytes = Buffer.from(body);
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([head, bytes]);
}

/** It listens with a queue of one, and never accepts. */
const LAZY = `
import socket, time
s = socket.socket()
s.bind(('127.0.0.1', 0))
s.listen(1)
print(s.getsockname()[1], flush=True)
time.sleep(1000)
`;

async function listener(name: string, children: ChildProcess[]): Promise<{ port: number }> {
  const env = { ...process.env, OTEL_SERVICE_NAME: name };
  const child = spawn('python3', ['-c', LAZY], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const [line] = await once(child.stdout, 'data');
  return { port: Number(String(line)) };
}

describe.runIf(MAY_OBSERVE)('observing', { timeout: 120_000 }, () => {
  let observer: RunningObserver;
  let lazyBefore: { readonly port: number };
  /** Answers every command; the connection is there before the programs are. */
  const olderAccepted: Socket[] = [];
  const older = createServer((socket) => {
    olderAccepted.push(socket.on('data', () => socket.write('+OK\r\n')));
  });
  let olderPort: number;
  let olderSocket: Socket;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    lazyBefore = await listener('lazy-before', children);
    olderPort = await listening(older);
    olderSocket = await connected(olderPort);
    observer = await RunningObserver.start();
  });
  afterAll(async () => {
    await observer.kill();
    olderSocket.destroy();
    older.close();
    for (const child of children) child.kill('SIGKILL');
  });

  it('counts requests of HTTP on both sides, with status, route and peer', async () => {
    const server = createHttpServer((request, response) => {
      response.statusCode = request.url?.includes('/9?') ? 503 : 200;
      response.end('ok');
    });
    const port = await listening(server);
    for (let i = 0; i < 10; i++) {
      await new Promise<void>((resolve, reject) => {
        get(
          { host: '127.0.0.1', port, path: `/things/${i}?secret=1`, agent: false },
          (response) => {
            response.resume().once('end', () => resolve());
          },
        ).once('error', reject);
      });
    }
    const onServer = await observer.points('http.server.request.duration', port, 10);
    const onClient = await observer.points('http.client.request.duration', port, 10);
    server.close();
    for (const points of [onServer, onClient]) {
      expect(points.map(({ count }) => count).sort((a, b) => a - b)).toEqual([1, 9]);
      const failed = points.find(({ count }) => count === 1);
      expect(failed?.attributes).toMatchObject({
        'http.request.method': 'GET',
        'http.response.status_code': '503',
        'error.type': '503',
      });
    }
    expect(onServer[0]?.attributes).toMatchObject({
      'http.route': '/things/{id}',
      'client.address': '127.0.0.1',
    });
    expect(onClient[0]?.attributes).toMatchObject({
      'url.template': '/things/{id}',
      'network.peer.address': '127.0.0.1',
    });
    expect(JSON.stringify([onServer, onClient])).not.toContain('secret');
  });

  it('is not misled by a body that looks like requests, nor by answers in pieces', async () => {
    const body = 'GET /false HTTP/1.1\r\n\r\n'.repeat(3_000);
    const server = createHttpServer((request, response) => {
      request.resume().once('end', () => {
        response.write(body);
        setImmediate(() => response.end(body));
      });
    });
    const port = await listening(server);
    const socket = await connected(port);
    const head = `POST /true HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n`;
    for (let i = 0; i < 5; i++) await ask(socket, head + body, '\r\n0\r\n\r\n');
    const points = await observer.points('http.server.request.duration', port, 5);
    socket.destroy();
    server.close();
    expect(points.map(({ count, attributes }) => [count, attributes['http.route']])).toEqual([
      [5, '/true'],
    ]);
  });

  it('counts statements of PostgreSQL, simple and prepared, with what went wrong', async () => {
    const ready = message('Z', 'I');
    const refused = message('E', 'SERROR\0VERROR\0C42P01\0Mno such table\0\0');
    const server = createServer((socket) => {
      socket.on('data', (data) => {
        const isStartup = data[0] === 0;
        const isWrong = data.includes('nowhere');
        const answer = isStartup ? message('R', Buffer.alloc(4)) : message('C', 'SELECT 1\0');
        socket.write(Buffer.concat([isWrong ? refused : answer, ready]));
      });
    });
    const port = await listening(server);
    const socket = await connected(port);
    const startup = Buffer.from('\0\0\0\x10\0\x03\0\0user\0me\0'.padEnd(16, '\0'), 'latin1');
    startup.writeUInt32BE(startup.length);
    await ask(socket, startup, ready);
    await ask(socket, message('Q', "SELECT * FROM users WHERE name = 'hidden'\0"), ready);
    await ask(socket, message('Q', 'SELECT 1 FROM nowhere\0'), ready);
    const sync = message('S', '');
    const parse = message('P', 's1\0UPDATE carts SET a = $1\0\0\0');
    await ask(socket, Buffer.concat([parse, sync]), ready);
    await ask(socket, Buffer.concat([message('B', '\0s1\0\0\0\0\0'), sync]), ready);
    const points = await observer.points('db.client.operation.duration', port, 4);
    socket.destroy();
    server.close();
    const table = points.map(({ count, attributes }) => [
      count,
      attributes['db.operation.name'],
      attributes['db.collection.name'],
      attributes['db.response.status_code'],
    ]);
    expect(table).toEqual([
      [1, 'SELECT', 'users', undefined],
      [1, 'SELECT', 'nowhere', '42P01'],
      [2, 'UPDATE', 'carts', undefined],
    ]);
    expect(observer.statements).toContain('SELECT * FROM users WHERE name = ?');
    expect(observer.statements.join()).not.toContain('hidden');
  });

  it('counts commands of Redis, and their errors', async () => {
    const server = createServer((socket) => {
      socket.on('data', (data) => {
        socket.write(data.includes('LPUSH') ? '-WRONGTYPE not a list\r\n' : '+OK\r\n');
      });
    });
    const port = await listening(server);
    const socket = await connected(port);
    for (let i = 0; i < 3; i++) {
      await ask(socket, '*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n', '\r\n');
    }
    await ask(socket, '*3\r\n$5\r\nLPUSH\r\n$1\r\nk\r\n$1\r\nv\r\n', '\r\n');
    const points = await observer.points('db.client.operation.duration', port, 4);
    const onServer = await observer.points('db.server.operation.duration', port, 4);
    socket.destroy();
    server.close();
    expect(onServer).toHaveLength(2);
    expect(points.map(({ count, attributes }) => [count, attributes])).toMatchObject([
      [3, { 'db.system.name': 'redis', 'db.operation.name': 'SET' }],
      [1, { 'db.operation.name': 'LPUSH', 'error.type': 'WRONGTYPE' }],
    ]);
  });

  it('knows who asks on an older connection, though an answer comes first that looks like a command', async () => {
    const [accepted] = olderAccepted;
    const heard = once(olderSocket, 'data');
    accepted?.write('*2\r\n$5\r\nqueue\r\n$3\r\njob\r\n');
    await heard;
    for (let i = 0; i < 3; i++) await ask(olderSocket, '*2\r\n$3\r\nGET\r\n$1\r\nk\r\n', '\r\n');
    for (const side of ['client', 'server']) {
      const points = await observer.points(`db.${side}.operation.duration`, olderPort, 3);
      expect(points.map(({ count, attributes }) => [count, attributes])).toMatchObject([
        [3, { 'db.system.name': 'redis', 'db.operation.name': 'GET' }],
      ]);
    }
  });

  it('counts connections of unknown protocols with their bytes, open ones too', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.write('12345')));
    const port = await listening(server);
    const socket = await connected(port);
    await ask(socket, '\x01\x02\x03\x04 nothing known', '12345');
    const io = await observer.points('network.tcp.io', port, 4);
    const bytes = (side: string, direction: string): number | undefined =>
      io.find(
        ({ attributes }) =>
          attributes['sonde.side'] === side && attributes['network.io.direction'] === direction,
      )?.sum;
    expect([bytes('client', 'transmit'), bytes('client', 'receive')]).toEqual([18, 5]);
    expect([bytes('server', 'transmit'), bytes('server', 'receive')]).toEqual([5, 18]);
    socket.destroy();
    server.close();
  });

  it('says why a connection could not be opened', async () => {
    const server = createServer();
    const port = await listening(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(connected(port)).rejects.toThrow('ECONNREFUSED');
    const [point] = await observer.points('network.tcp.connect.failures', port, 1);
    expect(point?.attributes['error.type']).toBe('ECONNREFUSED');
  });

  it('counts what a full queue of a listening socket turns away, of old and new sockets', async () => {
    for (const port of [lazyBefore.port, (await listener('lazy-after', children)).port]) {
      const sockets = Array.from({ length: 8 }, () => connect(port, '127.0.0.1'));
      const dropped = await observer.points('network.tcp.listen.drops', port, 1);
      const queue = await observer.points('network.tcp.listen.queue.length', port, 0);
      for (const socket of sockets) socket.destroy();
      expect(dropped[0]?.sum).toBeGreaterThanOrEqual(1);
      expect(dropped[0]?.attributes).toMatchObject({ 'server.address': '127.0.0.1' });
      // One more than was asked for: the kernel's way of counting.
      expect(queue[0]?.sum).toBe(2);
    }
    const { services } = await observer.report();
    const of = (name: string): number =>
      services
        .filter((service) => service.name.includes(name))
        .flatMap(({ points }) => points)
        .filter(({ name: metric }) => metric === 'network.tcp.listen.drops').length;
    expect([of('lazy-before'), of('lazy-after')]).toEqual([1, 1]);
  });

  it('counts resets on the side that resets and on the one that is reset', async () => {
    // Closed with what it did not read, which the kernel answers with a reset.
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      setTimeout(() => socket.destroy(), 50);
    });
    const port = await listening(server);
    for (let i = 0; i < 3; i++) {
      const socket = await connected(port);
      socket.write('nobody reads this');
      await new Promise((resolve) => socket.once('error', resolve));
    }
    const abrupt = await connected(port);
    abrupt.resetAndDestroy();
    const points = await observer.until(({ services }) => {
      const found = services
        .flatMap((service) => service.points)
        .filter(({ name, attributes }) => {
          return name === 'network.tcp.resets' && attributes['server.port'] === `${port}`;
        });
      return found.reduce((all, { sum }) => all + sum, 0) >= 8 ? found : undefined;
    });
    server.close();
    const sums = points.map(({ sum, attributes }) => {
      return `${attributes['sonde.side']} ${attributes['network.io.direction']} ${sum}`;
    });
    const all = ['client receive 3', 'client transmit 1', 'server receive 1', 'server transmit 3'];
    expect(sums.sort()).toEqual(all);
  });

  it('names processes, and what they call themselves wins', async () => {
    const env = { ...process.env, OTEL_SERVICE_NAME: 'own-word' };
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'team=blue' };
    const child = spawn('sleep', ['100'], { env: { ...env, ...attributes } });
    const service = await observer.until(({ services }) =>
      services.find(({ name, processes }) => name === 'own-word' && processes > 0),
    );
    expect(service.attributes).toEqual({ team: 'blue' });
    child.kill('SIGTERM');
    const exit = await observer.until(({ services }) =>
      services
        .find(({ name }) => name === 'own-word')
        ?.points.find(({ name }) => name === 'sonde.service.process.exits'),
    );
    expect(exit.attributes).toEqual({ 'process.exit.signal': '15' });
  });

  it('knows processes that ended before anybody could look', async () => {
    await expect(run('/bin/sh', ['-c', 'exit 7'])).rejects.toThrow();
    await observer.until(({ services }) =>
      services
        .flatMap(({ points }) => points)
        .find(({ attributes }) => attributes['process.exit.code'] === '7'),
    );
  });

  it('knows itself, and tells of itself only where it listens', async () => {
    const { services, counters } = await observer.report();
    const own = services.filter(({ isOwn }) => isOwn).flatMap(({ points }) => points);
    for (const { name } of own) expect(name).toBe('network.tcp.listen.queue.limit');
    expect(counters).toMatchObject({ dropped: 0, untracked: 0 });
  });

  it.runIf(hasBpftool)('leaves nothing behind when it is killed', async () => {
    const another = await RunningObserver.start();
    const own = programsOf(another.child.pid ?? 0);
    const left = (): number => {
      const all = programs();
      return own.filter((id) => all.includes(id)).length;
    };
    expect(left()).toBeGreaterThan(5);
    await another.kill();
    // The kernel frees them a moment after their owner is gone.
    for (let i = 0; i < 100 && left() > 0; i++);
    expect(left()).toBe(0);
  });
});
