import { type ChildProcess, spawn } from 'node:child_process';
import { request } from 'node:http';
import { join } from 'node:path';
import { ROOT } from '../tidy/repository.ts';

const READY = 'Everything is ready';
const READY_TIMEOUT_MS = 60_000;

export interface EngineOptions {
  /** The Collector's binary; Sonde's command without it. */
  readonly collector?: string | undefined;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A running engine: the Collector, or `sonde gateway`. */
export class Engine {
  readonly #process: ChildProcess;
  readonly #closed: Promise<number | null>;
  #stdout = '';
  #stderr = '';

  private constructor(child: ChildProcess) {
    this.#process = child;
    this.#closed = new Promise((resolve) => child.once('close', resolve));
  }

  /** Resolves when it is ready; rejects with what it wrote when it ends before. */
  static async start({ collector, args, env }: EngineOptions): Promise<Engine> {
    const [command, ...first] =
      collector === undefined
        ? [process.execPath, join(ROOT, 'cli/dist/sonde.js'), 'gateway']
        : [collector];
    const child = spawn(command ?? '', [...first, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const engine = new Engine(child);
    await engine.#ready();
    return engine;
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** SIGTERM; resolves with the exit code when everything it wrote has been read. */
  stop(): Promise<number | null> {
    this.#process.kill('SIGTERM');
    return this.#closed;
  }

  async #ready(): Promise<void> {
    const child = this.#process;
    child.stdout?.on('data', (chunk: Buffer) => {
      this.#stdout += chunk.toString('utf8');
    });
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(this.#stderr)), READY_TIMEOUT_MS);
      child.stderr?.on('data', (chunk: Buffer) => {
        this.#stderr += chunk.toString('utf8');
        if (!this.#stderr.includes(READY)) return;
        clearTimeout(timer);
        resolve();
      });
      child.once('close', (code) => {
        clearTimeout(timer);
        reject(new Error(`ended with ${code}:\n${this.#stderr}`));
      });
    });
  }
}

/** What an engine answered to one request. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array;
}

export interface Sending {
  readonly socketPath: string;
  readonly path: string;
  readonly body: Uint8Array;
}

/** One request with headers as an SDK with a tenant would send it. */
export function send({ socketPath, path, body }: Sending): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'x-tenant': 'acme' };
    const sent = request({ socketPath, path, method: 'POST', headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const contentType = response.headers['content-type'] ?? '';
        resolve({ status: response.statusCode ?? 0, contentType, body: Buffer.concat(chunks) });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}
