import { spawnSync } from 'node:child_process';
import { Resolver } from 'node:dns/promises';
import { join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Client, findProgram, RunningServer, UNPACKED_ENVIRONMENT } from './real-servers.ts';
import { MAY_OBSERVE, type Point, RunningObserver } from './running-observer.ts';

const SIDES = ['client', 'server'] as const;
const OPERATIONS = 300;

type Shown = readonly (string | number | undefined)[];

/**
 * How many there are of each operation. A service whose processes turn out to be another's meanwhile
 * (a command that runs on) has its points under both names.
 */
function shown(points: readonly Point[]): readonly Shown[] {
  const counts = new Map<string, { count: number; readonly rest: Shown }>();
  for (const { count, attributes } of points) {
    const { 'db.operation.name': operation, 'db.collection.name': collection } = attributes;
    const rest = [operation, collection, attributes['error.type']];
    const known = counts.get(rest.join());
    if (known === undefined) counts.set(rest.join(), { count, rest });
    else known.count += count;
  }
  return [...counts.values()]
    .map(({ count, rest }) => [count, ...rest])
    .sort((one, other) => String(other[1]).localeCompare(String(one[1])));
}

function sumOf(points: readonly Point[]): number {
  return points.reduce((sum, point) => sum + point.sum, 0);
}

/** Real servers of Debian, each with its own client or one that speaks its bytes. */
describe.runIf(MAY_OBSERVE)('of real servers', { timeout: 120_000 }, () => {
  let observer: RunningObserver;
  let server: RunningServer;
  let port: number;

  beforeAll(async () => {
    observer = await RunningObserver.start();
  });
  afterAll(async () => {
    await observer.kill();
  });
  beforeEach(async () => {
    server = new RunningServer();
    port = await freePort();
  });
  afterEach(async () => {
    await server.stop();
  });

  const mariadbd = findProgram('mariadbd');
  const mariadb = findProgram('mariadb');
  const install = findProgram('mariadb-install-db');
  const hasMariadb = mariadbd !== undefined && mariadb !== undefined && install !== undefined;

  it.runIf(hasMariadb)('MariaDB: every statement is counted on both sides', async () => {
    const base = mariadbd?.base ?? '';
    const data = join(server.folder, 'data');
    const common = ['--no-defaults', '--user=root', `--basedir=${base}`, `--datadir=${data}`];
    const plain = '--auth-root-authentication-method=normal';
    server.prepare(install?.path ?? '', [...common, plain, '--skip-test-db']);
    const place = [`--port=${port}`, '--bind-address=127.0.0.1'];
    const socket = `--socket=${join(server.folder, 's')}`;
    const files = [
      `--plugin-dir=${base}/lib/mysql/plugin`,
      `--lc-messages-dir=${base}/share/mysql`,
    ];
    await server.start(mariadbd?.path ?? '', [...common, ...place, socket, ...files], { port });
    const statements = Array.from(
      { length: OPERATIONS },
      (_, i) => `INSERT INTO items VALUES (${i}, 'hidden');\nSELECT * FROM items WHERE id <= ${i};`,
    );
    const input = [
      'CREATE DATABASE shop; USE shop; CREATE TABLE items (id INT, name TEXT);',
      ...statements,
      'SELECT a.id, b.name FROM items a, items b;',
      'SELECT * FROM nowhere;',
    ].join('\n');
    spawnSync(
      mariadb?.path ?? '',
      ['--no-defaults', '--force', '-h127.0.0.1', `-P${port}`, '-uroot', '--skip-ssl'],
      { input, env: UNPACKED_ENVIRONMENT, maxBuffer: 2 ** 28 },
    );
    for (const side of SIDES) {
      const name = `db.${side}.operation.duration`;
      const points = await observer.points(name, port, 2 * OPERATIONS + 5);
      const seen = shown(points);
      expect(seen).toContainEqual([OPERATIONS, 'INSERT', 'items', undefined]);
      expect(seen).toContainEqual([OPERATIONS + 1, 'SELECT', 'items', undefined]);
      const failed = points.find(({ attributes }) => 'error.type' in attributes);
      expect(failed?.attributes).toMatchObject({
        'db.collection.name': 'nowhere',
        'error.type': '1146',
      });
    }
    expect(observer.statements.join()).not.toContain('hidden');
  });

  const redis = findProgram('redis-server');

  it.runIf(redis)('Redis: every command is counted, those sent together too', async () => {
    const options = ['--port', String(port), '--save', '', '--bind', '127.0.0.1'];
    await server.start(redis?.path ?? '', options, { port });
    const client = await Client.to(port);
    const lines =
      (count: number) =>
      (heard: Buffer): boolean =>
        heard.toString('latin1').split('\r\n').length > count;
    for (let i = 0; i < OPERATIONS; i++) {
      await client.ask(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n${1000 + i}\r\n`, lines(1));
    }
    const eight = '*2\r\n$4\r\nINCR\r\n$1\r\nk\r\n'.repeat(8);
    for (let i = 0; i < OPERATIONS; i++) await client.ask(eight, lines(8));
    await client.ask('*2\r\n$4\r\nLLEN\r\n$1\r\nk\r\n', lines(1));
    const total = 2 * OPERATIONS + 1;
    for (const side of SIDES) {
      const points = await observer.points(`db.${side}.operation.duration`, port, total);
      expect(shown(points)).toEqual([
        [OPERATIONS, 'SET', undefined, undefined],
        [OPERATIONS, 'PIPELINE INCR', undefined, undefined],
        [1, 'LLEN', undefined, 'WRONGTYPE'],
      ]);
      const commands = await observer.points(`sonde.db.${side}.commands`, port, 1);
      expect(sumOf(commands)).toBe(9 * OPERATIONS + 1);
    }
    client.socket.destroy();
  });

  const memcached = findProgram('memcached');

  it.runIf(memcached)('Memcached: every command is counted, whatever its value', async () => {
    const options = ['-u', 'root', '-p', String(port), '-l', '127.0.0.1'];
    await server.start(memcached?.path ?? '', options, { port });
    const client = await Client.to(port);
    for (let i = 0; i < OPERATIONS; i++) {
      const value = 'END\r\n'.padEnd(5 + 40 * i, 'x');
      const store = `set k 0 0 ${value.length}\r\n${value}\r\n`;
      await client.ask(store, (heard) => heard.includes('STORED'));
      await client.ask('get k\r\n', (heard) => heard.subarray(-7).toString() === '\r\nEND\r\n');
    }
    const total = 2 * OPERATIONS;
    for (const side of SIDES) {
      const points = await observer.points(`db.${side}.operation.duration`, port, total);
      expect(shown(points)).toEqual([
        [OPERATIONS, 'SET', undefined, undefined],
        [OPERATIONS, 'GET', undefined, undefined],
      ]);
    }
    client.socket.destroy();
  });

  const nats = findProgram('nats-server');

  it.runIf(nats)('NATS: every message is counted, published and delivered', async () => {
    await server.start(nats?.path ?? '', ['-p', String(port), '-a', '127.0.0.1'], { port });
    const client = await Client.to(port);
    const delivered = (heard: Buffer): boolean => heard.includes('MSG orders.new');
    client.socket.write('CONNECT {"verbose":false}\r\nSUB orders.* 1\r\n');
    for (let i = 0; i < OPERATIONS; i++) {
      await client.ask('PUB orders.new 10\r\nPUB hidden\r\n', delivered);
    }
    const kinds = ['client.sent', 'client.consumed', 'server.received', 'server.delivered'];
    for (const kind of kinds) {
      const points = await observer.points(`messaging.${kind}.messages`, port, OPERATIONS);
      for (const { attributes } of points) {
        expect(attributes['messaging.destination.name']).toBe('orders.new');
      }
      expect(sumOf(points)).toBe(OPERATIONS);
    }
    client.socket.destroy();
  });

  const dnsmasq = findProgram('dnsmasq');

  it.runIf(dnsmasq)('dnsmasq: every lookup is counted, with its answer', async () => {
    const address = '127.0.0.53';
    const options = ['-k', '--no-resolv', '--no-hosts', '-C', '/dev/null', '--user=root'];
    const place = [`--listen-address=${address}`, '--bind-interfaces', '--pid-file='];
    const names = ['--address=/shop.example/10.0.0.1', '--local=/example/'];
    const args = [...options, ...place, ...names];
    await server.start(dnsmasq?.path ?? '', args, { port: 53, host: address });
    const resolver = new Resolver({ timeout: 2_000, tries: 5 });
    resolver.setServers([address]);
    for (let i = 0; i < OPERATIONS / 10; i++) {
      const asked = Array.from({ length: 10 }, () => resolver.resolve4('a.shop.example'));
      await Promise.all(asked);
    }
    await expect(resolver.resolve6('none.example')).rejects.toThrow('ENOTFOUND');
    for (const [side, name] of [
      ['client', 'dns.lookup.duration'],
      ['server', 'dns.server.lookup.duration'],
    ] as const) {
      const own = await observer.until(({ services }) => {
        const found = services
          .flatMap(({ points }) => points)
          .filter((point) => point.name === name && isOurs(point));
        const total = found.reduce((sum, { count }) => sum + count, 0);
        return total > OPERATIONS ? found : undefined;
      });
      const kinds = shown(own).map(([count, , , error]) => [side, count, error]);
      expect(kinds).toEqual([
        [side, OPERATIONS, undefined],
        [side, 1, 'NXDOMAIN'],
      ]);
    }
  });
});

function isOurs({ attributes }: Point): boolean {
  return /^(a\.shop|none)\.example$/.test(attributes['dns.question.name'] ?? '');
}
