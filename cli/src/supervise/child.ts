import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from '../project-root.ts';
import { RotatingLog } from './rotating-log.ts';

const READY_TIMEOUT_MS = 60_000;
const RESTART_DELAY_MS_MIN = 500;
const RESTART_DELAY_MS_MAX = 10_000;
/** A process that ran this long is healthy again: its next restart is quick. */
const HEALTHY_AFTER_MS = 60_000;

export interface ChildOptions {
  readonly name: string;
  /** Arguments of the `sonde` command. */
  readonly args: readonly string[];
  readonly logFile: string;
  readonly nodeArgs?: readonly string[];
  /** Besides that of the supervisor. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called when the process is ready again under another id. */
  readonly onRestarted: () => void;
  /** Told in one line when the process ended unexpectedly and when it is back. */
  readonly say: (line: string) => void;
}

/**
 * One process of Sonde under supervision: started, awaited until it says it is ready, started
 * again when it dies, stopped on request. The child ends itself when its supervisor is gone (the
 * channel between them closes).
 */
export class Child {
  readonly #options: ChildOptions;
  readonly #log: RotatingLog;
  #process: ChildProcess | undefined;
  #stopping = false;
  #restarts = 0;
  #startedAt = 0;
  #restartTimer: NodeJS.Timeout | undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
    this.#log = new RotatingLog(options.logFile);
  }

  get name(): string {
    return this.#options.name;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Resolves when the process says it is ready; rejects with its last lines when it does not. */
  async start(): Promise<void> {
    const child = this.#spawn();
    await this.#untilReady(child);
    child.once('exit', (code, signal) => this.#onUnexpectedExit(code, signal));
  }

  /** From here on its end is nobody's surprise: it is not started again. */
  expectEnd(): void {
    this.#stopping = true;
    clearTimeout(this.#restartTimer);
  }

  /** SIGTERM, then SIGKILL after `deadlineMs`. Resolves when the process is gone. */
  async stop(deadlineMs: number): Promise<void> {
    this.expectEnd();
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      this.#log.close();
      return;
    }
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      this.#options.say(`${this.#options.name} did not stop in ${deadlineMs / 1000} s: killed`);
      child.kill('SIGKILL');
    }, deadlineMs);
    await gone;
    clearTimeout(timer);
    this.#log.close();
  }

  #spawn(): ChildProcess {
    const child = spawn(
      process.execPath,
      [...(this.#options.nodeArgs ?? []), sondeScript(), ...this.#options.args],
      {
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
        env: { ...this.#options.environment, ...process.env },
      },
    );
    child.stdout?.on('data', (chunk: Buffer) => this.#log.write(chunk));
    child.stderr?.on('data', (chunk: Buffer) => this.#log.write(chunk));
    this.#process = child;
    this.#startedAt = Date.now();
    return child;
  }

  #untilReady(child: ChildProcess): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        finish(this.#failure(`was not ready in ${READY_TIMEOUT_MS / 1000} s`));
      }, READY_TIMEOUT_MS);
      const onExit = (): void => finish(this.#failure('ended while it started'));
      const onMessage = (message: unknown): void => {
        if (message === 'ready') finish(undefined);
      };
      const finish = (error: Error | undefined): void => {
        clearTimeout(timer);
        child.off('exit', onExit);
        child.off('message', onMessage);
        if (error === undefined) resolve();
        else reject(error);
      };
      child.on('exit', onExit);
      child.on('message', onMessage);
      child.once('error', (error) => finish(error));
    });
  }

  #onUnexpectedExit(code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#stopping) return;
    this.#options.say(`${this.#options.name} ended (${signal ?? `exit code ${code}`})`);
    if (Date.now() - this.#startedAt > HEALTHY_AFTER_MS) this.#restarts = 0;
    this.#startAgainLater();
  }

  #startAgainLater(): void {
    if (this.#stopping) return;
    const { name, say } = this.#options;
    this.#restarts++;
    const delayMs = Math.min(
      RESTART_DELAY_MS_MIN * 2 ** (this.#restarts - 1),
      RESTART_DELAY_MS_MAX,
    );
    say(`Starting ${name} again in ${delayMs} ms`);
    this.#restartTimer = setTimeout(() => void this.#restart(), delayMs);
  }

  async #restart(): Promise<void> {
    try {
      await this.start();
      this.#options.say(`${this.#options.name} is back`);
      this.#options.onRestarted();
    } catch (error) {
      this.#options.say(error instanceof Error ? error.message : String(error));
      this.#startAgainLater();
    }
  }

  #failure(what: string): Error {
    const { name } = this.#options;
    return new Error(`${name} ${what}. Its last lines (${this.#log.path}):\n${this.#log.tail()}`);
  }
}

/** The bundle of this checkout: neither `npm start`'s script nor a chunk of the bundle is it. */
function sondeScript(): string {
  return join(projectRoot(), 'cli', 'dist', 'sonde.js');
}
