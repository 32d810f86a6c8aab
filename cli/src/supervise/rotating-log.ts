import { createWriteStream, existsSync, renameSync, statSync, type WriteStream } from 'node:fs';

/** A log file is renamed to `<name>.1` beyond this size; at most two are kept. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** Lines kept in memory to show when a process ends unexpectedly. */
const TAIL_BYTES_MAX = 4096;

/** Appends a child's output to a file of bounded size. */
export class RotatingLog {
  readonly #path: string;
  #stream: WriteStream;
  #size: number;
  #tail = '';

  constructor(path: string) {
    this.#path = path;
    this.#size = existsSync(path) ? statSync(path).size : 0;
    this.#stream = createWriteStream(path, { flags: 'a', mode: 0o600 });
  }

  get path(): string {
    return this.#path;
  }

  /** The last lines written. */
  tail(): string {
    return this.#tail;
  }

  write(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL_BYTES_MAX);
    if (this.#size + chunk.length > LOG_BYTES_MAX) this.#rotate();
    this.#size += chunk.length;
    this.#stream.write(chunk);
  }

  close(): void {
    this.#stream.end();
  }

  #rotate(): void {
    this.#stream.end();
    renameSync(this.#path, `${this.#path}.1`);
    this.#stream = createWriteStream(this.#path, { flags: 'a', mode: 0o600 });
    this.#size = 0;
  }
}
