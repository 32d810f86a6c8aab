import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { HttpSink, type SunkRequest } from '../http-sink.ts';
import { ROOT } from '../tidy/repository.ts';

const LINE_TIMEOUT_MS = 60_000;
export const READY = 'Everything is ready. Begin running and processing data.';

/** A real `sonde gateway --config FILE`, and the file. */
export class GatewayProcess {
  readonly #directory: string = mkdtempSync(join(tmpdir(), 'sonde-gateway-'));
  #child: ChildProcess | undefined;
  #output = '';
  #onOutput: () => void = () => {};

  get file(): string {
    return join(this.#directory, 'config.yaml');
  }

  /** Everything it wrote to standard error. */
  get output(): string {
    return this.#output;
  }

  write(yaml: string): void {
    writeFileSync(this.file, yaml);
  }

  /** Starts on `yaml`; resolves when it is ready, rejects with its output when it ends. */
  async start(yaml: string): Promise<void> {
    this.write(yaml);
    this.spawn(['gateway', '--config', this.file]);
    await this.line(READY);
  }

  spawn(args: readonly string[]): ChildProcess {
    const child = spawn(process.execPath, [join(ROOT, 'cli/dist/sonde.js'), ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString('utf8');
      this.#onOutput();
    });
    child.once('exit', () => this.#onOutput());
    return child;
  }

  /** Resolves when it has written `text` that often; rejects when it ends before. */
  async line(text: string, times = 1): Promise<void> {
    const deadline = Date.now() + LINE_TIMEOUT_MS;
    while (this.#output.split(text).length <= times) {
      const left = deadline - Date.now();
      if (left <= 0 || this.#child?.exitCode !== null) {
        throw new Error(`no ${JSON.stringify(text)} in:\n${this.#output}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#onOutput = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Resolves with the exit code. */
  async ended(): Promise<number | null> {
    const child = this.#child;
    if (child === undefined) return null;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    return new Promise((resolve) => child.once('close', resolve));
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.ended();
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** What a gateway sends to: keeps the names (`req-17`) that it finds in requests. */
export class Destination {
  readonly names: Map<string, number> = new Map<string, number>();
  readonly #sink: HttpSink = new HttpSink((request) => this.#keep(request));

  listen(): Promise<string> {
    return this.#sink.listen();
  }

  close(): Promise<void> {
    return this.#sink.close();
  }

  #keep({ encoding, body }: SunkRequest): void {
    const text = (encoding === 'gzip' ? gunzipSync(body) : body).toString('latin1');
    for (const [name] of text.matchAll(/req-\d+(?=;)/g)) {
      this.names.set(name, (this.names.get(name) ?? 0) + 1);
    }
  }
}

/** Sends one span with `name`; true when it was acknowledged. */
export async function sendSpan(port: number, name: string): Promise<boolean> {
  const span = {
    traceId: '5b8efff798038103d269b633813fc60c',
    spanId: 'eee19b7ec3c1b174',
    // The end of the name in the encoded bytes.
    name: `${name};`,
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
  };
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }),
    });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}
