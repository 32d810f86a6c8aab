import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { freePort } from '@sonde/pipeline/test/free-port';

/** Where Debian's programs are: installed, or unpacked by `npm run setup:demo`. */
const ROOTS = ['/', '/var/cache/sonde/demo/debian'];
const NOBODY = 65_534;
const START_MS = 20_000;

/** What each is without, or where it lies. */
export interface PlainPrograms {
  readonly nginx: string | undefined;
  readonly postgres: string | undefined;
  readonly redis: string | undefined;
}

export function findPlainPrograms(): PlainPrograms {
  const find = (path: string): string | undefined =>
    ROOTS.map((root) => join(root, path)).find((candidate) => existsSync(candidate));
  const versions = '/usr/lib/postgresql';
  const [version = '0'] = existsSync(versions) ? readdirSync(versions).sort().reverse() : [];
  return {
    nginx: find('usr/sbin/nginx'),
    postgres: find(join(versions, version, 'bin/postgres')),
    redis: find('usr/bin/redis-server'),
  };
}

/** A service in plain Node: a page asks Redis and PostgreSQL over sockets, and prints a line. */
const SERVICE = `
const { createServer } = require('node:http');
const { connect } = require('node:net');
const [port, redisPort, postgresPort] = process.argv.slice(2).map(Number);
const redis = connect(redisPort, '127.0.0.1');
const postgres = connect(postgresPort, '127.0.0.1');
const startup = Buffer.from('\\0\\0\\0\\0\\0\\x03\\0\\0user\\0tester\\0database\\0postgres\\0\\0', 'latin1');
startup.writeUInt32BE(startup.length);
postgres.write(startup);
const once = (socket) => new Promise((resolve) => socket.once('data', resolve));
const query = (sql) => {
  const body = Buffer.from(sql + '\\0');
  const head = Buffer.alloc(5);
  head.write('Q');
  head.writeUInt32BE(body.length + 4, 1);
  postgres.write(Buffer.concat([head, body]));
  return once(postgres);
};
let last = Promise.resolve();
const work = async (request, response) => {
  redis.write('*2\\r\\n$3\\r\\nGET\\r\\n$1\\r\\nk\\r\\n');
  await once(redis);
  if (request.url === '/broken') {
    // Redis says something now and then.
    redis.write('*1\\r\\n$4\\r\\nSAVE\\r\\n');
    await once(redis);
  }
  await query(request.url === '/broken' ? 'SELECT * FROM nowhere' : 'SELECT 1');
  response.statusCode = request.url === '/broken' ? 500 : 200;
  console.log(new Date().toISOString(), request.method, request.url, response.statusCode);
  response.end('ok');
};
createServer((request, response) => {
  last = last.then(() => work(request, response));
}).listen(port, '127.0.0.1');
`;

/** nginx before a Node service before Redis and PostgreSQL, none of them instrumented. */
export class PlainServers {
  readonly #folder: string;
  readonly #children: ChildProcess[] = [];
  #port = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of nginx. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get pids(): readonly number[] {
    return this.#children.map(({ pid }) => pid ?? 0);
  }

  /** Resolves when a page comes through all of them. */
  async start(programs: Readonly<Record<keyof PlainPrograms, string>>): Promise<void> {
    const [nginxPort, nodePort, redisPort, postgresPort] = await Promise.all(
      Array.from({ length: 4 }, freePort),
    );
    this.#port = nginxPort ?? 0;
    await this.#startPostgres(programs.postgres, postgresPort ?? 0);
    await this.#startRedis(programs.redis, redisPort ?? 0);
    const script = join(this.#folder, 'parcel-desk.js');
    writeFileSync(script, SERVICE);
    const log = openSync(join(this.#folder, 'parcel-desk.log'), 'a');
    const ports = [nodePort, redisPort, postgresPort].map(String);
    this.#spawn(process.execPath, [script, ...ports], log);
    await reached(nodePort ?? 0);
    await this.#startNginx(programs.nginx, nodePort ?? 0);
  }

  stop(): void {
    for (const child of this.#children.splice(0).reverse()) child.kill('SIGTERM');
  }

  async #startRedis(program: string, port: number): Promise<void> {
    const output = openSync(join(this.#folder, 'redis.log'), 'a');
    this.#spawn(program, ['--port', String(port), '--save', ''], output);
    await reached(port);
  }

  async #startPostgres(program: string, port: number): Promise<void> {
    const data = join(this.#folder, 'postgres');
    // PostgreSQL refuses root, and who it runs as has to reach its folder.
    chmodSync(this.#folder, 0o755);
    mkdirSync(data, { mode: 0o700 });
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(data, NOBODY, NOBODY);
    const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
    const initdb = join(program, '../initdb');
    const made = spawnSync(initdb, ['-D', data, '-U', 'tester', '--auth=trust', '--no-sync'], {
      ...{ cwd: data, encoding: 'utf8' },
      ...as,
    });
    if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
    const settings = [
      `port=${port}`,
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${data}`,
      'logging_collector=on',
      'log_statement=all',
    ];
    const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])];
    this.#children.push(spawn(program, args, { cwd: data, stdio: 'ignore', ...as }));
    await reached(port);
  }

  async #startNginx(program: string, upstream: number): Promise<void> {
    const file = join(this.#folder, 'nginx.conf');
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((kind) => `${kind}_temp_path ${this.#folder};`)
      .join('\n');
    writeFileSync(
      file,
      `daemon off; worker_processes 1; pid ${this.#folder}/nginx.pid;
      ${process.getuid?.() === 0 ? 'user root;' : ''}
      error_log ${this.#folder}/error.log;
      events {}
      http {
        access_log ${this.#folder}/access.log;
        ${temporary}
        server {
          listen 127.0.0.1:${this.#port};
          location / { proxy_pass http://127.0.0.1:${upstream}; }
        }
      }`,
    );
    this.#spawn(program, ['-c', file, '-e', join(this.#folder, 'error.log')], 'ignore');
    await reached(this.#port);
  }

  #spawn(program: string, args: readonly string[], output: number | 'ignore'): void {
    // Of programs that are unpacked rather than installed.
    const libraries = join(dirname(program), '../lib/x86_64-linux-gnu');
    const child = spawn(program, args, {
      cwd: this.#folder,
      env: { ...process.env, LD_LIBRARY_PATH: libraries },
      stdio: ['ignore', output, output],
    });
    this.#children.push(child);
    if (output !== 'ignore') closeSync(output);
  }
}

/** Resolves when somebody listens there. */
async function reached(port: number): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isThere) return;
    if (Date.now() > deadline) throw new Error(`nobody listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
