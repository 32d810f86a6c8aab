import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { END_MS_MAX, STDERR_LENGTH_MAX } from './limits.ts';

/** A running `journalctl`. */
export class Journalctl {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<string>;
  #said = '';

  constructor(path: string, args: readonly string[]) {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-STDERR_LENGTH_MAX);
    });
    this.#ended = new Promise((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => {
        resolve(`journalctl ended with ${signal ?? `code ${code}`}: ${this.#said.trim()}`);
      });
    });
  }

  /** Its lines as bytes; nothing is read ahead of whoever iterates but what a pipe holds. */
  get output(): Readable {
    return this.#child.stdout;
  }

  /** Why it ended. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  /** Ends it; kills it when it takes too long. */
  async end(): Promise<void> {
    this.#child.stdout.destroy();
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS_MAX);
    await this.#ended;
    clearTimeout(timer);
  }
}
