import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ROOT } from '../tidy/repository.ts';

const OUTPUT_CHARACTERS_MAX = 20_000;

/** One process of a role on its file of `deploy/config`, which a test may kill. */
export class Role {
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  /** `sets`: values by their path in the role file. */
  constructor(
    file: string,
    options: {
      readonly sets: Readonly<Record<string, string>>;
      readonly env?: Readonly<Record<string, string>>;
    },
  ) {
    const sets = Object.entries(options.sets).flatMap(([path, value]) => [
      '--set',
      `${path}=${value}`,
    ]);
    const command = file === 'process.yaml' ? 'process' : 'gateway';
    this.#args = [command, '--config', join(ROOT, 'deploy/config', file), ...sets];
    this.#env = options.env ?? {};
  }

  get output(): string {
    return this.#output;
  }

  /** Resolves when it says that it is ready. */
  async start(): Promise<void> {
    const child = fork(join(ROOT, 'cli/dist/sonde.js'), [...this.#args], {
      env: { ...process.env, ...this.#env },
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
      child.once('exit', (code) => reject(new Error(`ended with ${code}:\n${this.#output}`)));
    });
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  }
}
