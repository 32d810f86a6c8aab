import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { ROOT } from '../tidy/repository.ts';

const run = promisify(execFile);

const OPEN_TIMEOUT_MS = 60_000;
const MAIN = join(ROOT, 'demo/main.mjs');
const RUN_FILE = z.object({ control: z.string(), page: z.string() });
const STATUS = z.object({ services: z.array(z.object({ pid: z.number().optional() })) });

/** The small shop (Node and Python) for a test, with a folder of its own. */
export class Shop {
  readonly #folder = mkdtempSync(join(tmpdir(), 'sonde-shop-'));
  #process: ChildProcess | undefined;
  #output = '';

  /** Resolves when customers come. Telemetry goes to `endpoint`. */
  async open(endpoint: string): Promise<void> {
    const flags = ['--port', '0', '--rate', '20', '--day', '24h', '--data', this.#folder];
    const child = spawn(
      process.execPath,
      [MAIN, ...flags, '--without', 'go', '--without', 'java'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
          OTEL_METRIC_EXPORT_INTERVAL: '2000',
        },
      },
    );
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(new Error(`the shop did not open:\n${this.#output}`));
      const timer = setTimeout(fail, OPEN_TIMEOUT_MS);
      child.once('exit', fail);
      const onData = (chunk: Buffer): void => {
        this.#output += chunk.toString('utf8');
        if (!this.#output.includes('The shop is open')) return;
        clearTimeout(timer);
        resolve();
      };
      child.stdout.on('data', onData);
      child.stderr.on('data', onData);
    });
  }

  get page(): string {
    return this.#addresses.page;
  }

  /** Every process of it, its own among them. */
  async pids(): Promise<readonly number[]> {
    const response = await fetch(`${this.#addresses.control}/status`);
    const { services } = STATUS.parse(await response.json());
    return services.map(({ pid }) => pid).filter((pid) => pid !== undefined);
  }

  /** What a user does in another terminal; resolves with what was said. */
  async command(...words: readonly string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [MAIN, ...words, '--data', this.#folder]);
    return stdout;
  }

  /** Asks for a page until it has that status. */
  async untilAnswers(path: string, status: number, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    let last = 0;
    while (Date.now() < deadline) {
      last = (await fetch(`${this.page}${path}`)).status;
      if (last === status) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`${path} answers ${last}, not ${status}`);
  }

  /** SIGINT; resolves with the exit code. */
  async pressCtrlC(): Promise<number | null> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return null;
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    return gone;
  }

  /** Ends it if it runs and removes its folder. */
  async remove(): Promise<void> {
    await this.pressCtrlC();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #addresses(): z.infer<typeof RUN_FILE> {
    return RUN_FILE.parse(JSON.parse(readFileSync(join(this.#folder, 'run.json'), 'utf8')));
  }
}
