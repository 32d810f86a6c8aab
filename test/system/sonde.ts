import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../tidy/repository.ts';

const UP_TIMEOUT_MS = 90_000;

/** Where one running Sonde listens: the content of its `run.json`. */
export interface Addresses {
  readonly pid: number;
  readonly processes: Readonly<Record<string, number>>;
  readonly page: string;
  readonly otlpHttp: string;
  readonly otlpGrpc: string;
  readonly clickhouse: string;
  readonly health: string;
  readonly metrics: string;
}

/** A real Sonde for a test: `sonde up` on free ports and a folder of its own. */
export class Sonde {
  readonly directory: string;
  #process: ChildProcess | undefined;
  #output = '';
  #addresses: Addresses | undefined;

  constructor(directory: string = mkdtempSync(join(tmpdir(), 'sonde-system-'))) {
    this.directory = directory;
  }

  get addresses(): Addresses {
    if (this.#addresses === undefined) throw new Error('this Sonde is not up');
    return this.#addresses;
  }

  /** Everything it printed. */
  get output(): string {
    return this.#output;
  }

  /** Resolves when it says that it is up. Without the agent: a test sees what it sent itself. */
  async up(extra: readonly string[] = ['--no-agent']): Promise<Addresses> {
    const names = ['page', 'otlp-http', 'otlp-grpc', 'clickhouse', 'health', 'metrics'];
    const ports = names.flatMap((name) => ['--port', `${name}=0`]);
    const args = [join(ROOT, 'cli/dist/sonde.js'), 'up', '--data', this.directory];
    const child = spawn(process.execPath, [...args, ...ports, ...extra], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that a test can press Ctrl-C.
      detached: true,
    });
    this.#process = child;
    this.#output = '';
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`not up:\n${this.#output}`)), UP_TIMEOUT_MS);
      const onData = (chunk: Buffer): void => {
        this.#output += chunk.toString('utf8');
        if (!this.#output.includes('is up after')) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout?.on('data', onData);
      child.stderr?.on('data', onData);
      child.once('exit', (code) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${code}:\n${this.#output}`));
      });
    });
    this.#addresses = JSON.parse(readFileSync(join(this.directory, 'run.json'), 'utf8'));
    return this.addresses;
  }

  /** Resolves when it printed that. */
  async untilSaid(text: string, timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!this.#output.includes(text)) {
      if (Date.now() > deadline) throw new Error(`"${text}" was not said:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** SIGTERM; resolves with the exit code. */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /**
   * A signal to every process of the group: SIGINT from a terminal on Ctrl-C, SIGTERM from systemd.
   * Resolves when the supervisor is gone.
   */
  async signalAll(signal: 'SIGINT' | 'SIGTERM'): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined) throw new Error('this Sonde is not up');
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    process.kill(-child.pid, signal);
    await gone;
    this.#process = undefined;
  }

  /** SIGKILL of the supervisor and of every process it started, at once. */
  async killAll(): Promise<void> {
    const pids = Object.values(this.addresses.processes);
    for (const pid of pids) killQuietly(pid);
    await this.#end('SIGKILL');
    await Promise.all(pids.map(untilGone));
  }

  /** Stops it if it runs and removes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** One export request over OTLP/HTTP, as protobuf. Throws unless it was taken. */
  async send(signal: 'traces' | 'logs' | 'metrics', body: Uint8Array): Promise<void> {
    const response = await fetch(`${this.addresses.otlpHttp}/v1/${signal}`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/x-protobuf' } },
      body: Buffer.from(body),
    });
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  }

  /** The rows of a SELECT over the ClickHouse HTTP port, as the read-only user. */
  async select(query: string): Promise<readonly Record<string, unknown>[]> {
    const url = `${this.addresses.clickhouse}/?database=sonde&default_format=JSONEachRow`;
    const response = await fetch(url, { method: 'POST', body: query });
    const text = await response.text();
    if (!response.ok) throw new Error(text);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  }

  /** Asks until the first cell of the first row is `expected`; fails with the last answer. */
  async untilSelect(query: string, expected: string, timeoutMs = 30_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    let last = '';
    do {
      const rows = await this.select(query);
      last = String(Object.values(rows[0] ?? {})[0]);
      if (last === expected) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    } while (Date.now() < deadline);
    throw new Error(`${query}\nexpected ${expected}, last answer ${last}`);
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return null;
    this.#process = undefined;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return gone;
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

async function untilGone(pid: number): Promise<void> {
  while (existsSync(`/proc/${pid}`) && !isZombie(pid)) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isZombie(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}
