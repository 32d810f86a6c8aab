// PostgreSQL with a folder of its own, made at every start and removed at the end.
import { execFile } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const STEP_TIMEOUT_MS = 120_000;
const LOOKS_MAX = 100;
const LOOK_MS = 100;
const USER = 'shop';
const NOBODY = 65_534;
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '24MB',
  max_connections: '30',
  fsync: 'off',
  jit: 'off',
  autovacuum_max_workers: '1',
  max_parallel_workers_per_gather: '0',
};

export class Database {
  #programs;
  #environment;
  #owner;

  /** `part`: what `setupPostgres` found. */
  constructor(part, { root, port, password }) {
    this.#programs = part.program;
    this.#environment = { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' };
    if (part.libraries !== undefined) this.#environment.LD_LIBRARY_PATH = part.libraries;
    this.#owner = ownerOf();
    this.root = root;
    this.port = port;
    this.password = password;
  }

  /** Makes the folder; the answer is `Child`'s recipe of the server. */
  async prepare() {
    this.folder = mkdtempSync(join(tmpdir(), 'shop-postgres-'));
    const passwordFile = join(this.folder, 'password');
    writeFileSync(passwordFile, this.password, { mode: 0o600 });
    if (this.#owner.uid !== undefined) {
      chmodSync(this.folder, 0o700);
      for (const path of [passwordFile, this.folder]) {
        chownSync(path, this.#owner.uid, this.#owner.gid);
      }
    }
    const data = join(this.folder, 'data');
    const login = ['-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
    await this.#run('initdb', ['-D', data, '-E', 'UTF8', '--no-sync', ...login]);
    const settings = Object.entries(SETTINGS).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    return {
      name: 'postgres',
      command: join(this.#programs, 'postgres'),
      args: ['-D', data, '-p', String(this.port), ...settings],
      cwd: this.folder,
      port: this.port,
      env: this.#environment,
      // Fast shutdown: clients are sent away.
      signal: 'SIGINT',
      ...this.#owner,
    };
  }

  /** Makes the shop's tables, as soon as the server answers. */
  async fill() {
    await this.#untilReady();
    const schema = readFileSync(join(this.root, 'demo/services/postgres/schema.sql'), 'utf8');
    await this.query(schema);
  }

  /** Runs statements as a person would who has psql open. */
  async query(statements) {
    const target = ['-h', '127.0.0.1', '-p', String(this.port), '-U', USER, '-d', 'postgres'];
    await this.#run('psql', [...target, '-q', '-v', 'ON_ERROR_STOP=1', '-c', statements]);
  }

  /** How each language's driver is told where it is. */
  get variables() {
    const place = `127.0.0.1:${this.port}/postgres`;
    return {
      DATABASE_URL: `postgresql://${USER}:${this.password}@${place}`,
      JDBC_URL: `jdbc:postgresql://${place}`,
      DATABASE_USER: USER,
      DATABASE_PASSWORD: this.password,
    };
  }

  remove() {
    if (this.folder !== undefined) rmSync(this.folder, { recursive: true, force: true });
  }

  /** It takes connections a little before it takes statements. */
  async #untilReady() {
    for (let look = 1; ; look++) {
      try {
        return await this.query('SELECT 1');
      } catch (error) {
        if (look === LOOKS_MAX) throw error;
        await pause(LOOK_MS);
      }
    }
  }

  async #run(program, args) {
    await run(join(this.#programs, program), args, {
      ...this.#owner,
      cwd: this.folder,
      env: { ...this.#environment, PGPASSWORD: this.password },
      timeout: STEP_TIMEOUT_MS,
    });
  }
}

/** PostgreSQL refuses root: it runs as Debian's user for it, else as nobody. */
function ownerOf() {
  if (process.getuid() !== 0) return {};
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const fields = lines.map((line) => line.split(':')).find(([name]) => name === 'postgres');
  if (fields === undefined) return { uid: NOBODY, gid: NOBODY };
  return { uid: Number(fields[2]), gid: Number(fields[3]) };
}
