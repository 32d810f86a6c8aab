import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../tidy/repository.ts';

const OUTPUT_CHARACTERS_MAX = 20_000;

function preload(file: string): readonly string[] {
  return ['--import', pathToFileURL(join(ROOT, 'test/drill/rig', file)).href];
}

export interface SondeProcessOptions {
  /** The bundle; `cli/dist/sonde.js` unless said. */
  readonly bundle?: string | undefined;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a process starts once. */
export interface StartOptions {
  /** `<moment>=<n>`: it kills itself there. */
  readonly killAt?: string | undefined;
  /** Its wall clock jumps by so much at each SIGUSR2. Milliseconds. */
  readonly clockJumpMs?: number | undefined;
}

/** One process of Sonde that a drill starts, kills and starts again. */
export class SondeProcess {
  readonly name: string;
  readonly #args: readonly string[];
  readonly #options: SondeProcessOptions;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(name: string, args: readonly string[], options: SondeProcessOptions = {}) {
    this.name = name;
    this.#args = args;
    this.#options = options;
  }

  /** The last of what all its lives printed. */
  get output(): string {
    return this.#output;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** Resolves when it says that it is ready; with `killAt` also when it is dead before that. */
  async start({ killAt, clockJumpMs }: StartOptions = {}): Promise<void> {
    const child = fork(this.#options.bundle ?? join(ROOT, 'cli/dist/sonde.js'), [...this.#args], {
      env: {
        ...process.env,
        ...this.#options.env,
        SONDE_DRILL_KILL_AT: killAt ?? '',
        SONDE_DRILL_CLOCK_JUMP_MS: String(clockJumpMs ?? 0),
      },
      execArgv: [
        ...(killAt === undefined ? [] : preload('kill-at.mjs')),
        ...(clockJumpMs === undefined ? [] : preload('jump-clock.mjs')),
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    const onData = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString('utf8')).slice(-OUTPUT_CHARACTERS_MAX);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code, signal) => {
        if (signal === 'SIGKILL') resolve();
        else reject(new Error(`${this.name} ended with ${code ?? signal}:\n${this.#output}`));
      });
    });
  }

  /** Resolves with true when it has ended by itself within `timeoutMs`. */
  async ended(timeoutMs: number): Promise<boolean> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return true;
    try {
      await once(child, 'exit', { signal: AbortSignal.timeout(timeoutMs) });
      return true;
    } catch (error) {
      if (error instanceof Error && error.name === 'AbortError') return false;
      throw error;
    }
  }

  kill(): Promise<number | null> {
    return this.end('SIGKILL');
  }

  stop(): Promise<number | null> {
    return this.end('SIGTERM');
  }

  /** Stops the process where it is (`SIGSTOP`), lets it go on (`SIGCONT`). */
  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Sends a signal that ends it; resolves with the exit code, null of a signal. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === undefined || !this.isRunning) return child?.exitCode ?? null;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    return child.exitCode;
  }
}
