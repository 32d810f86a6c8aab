import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** A log file is renamed to `<name>.1` beyond this size; at most two are kept. */
const LOG_BYTES_MAX = 16 * 1024 * 1024;

/** Text kept in memory to show when a process ends unexpectedly. */
const TAIL_LENGTH_MAX = 4096;

/** After a failed write the file is left alone for so long. */
const RETRY_AFTER_MS = 5000;

/**
 * Appends a child's output to a file of bounded size.
 *
 * A log that cannot be written (full disk, removed folder) costs its lines and nothing else: it is
 * tried again later, and then says how much is missing.
 */
export class RotatingLog {
  readonly #path: string;
  #file: number | undefined;
  #size = 0;
  #tail = '';
  #lostBytes = 0;
  #closedUntilMs = 0;

  constructor(path: string) {
    this.#path = path;
  }

  get path(): string {
    return this.#path;
  }

  /** The last lines written. */
  tail(): string {
    return this.#tail;
  }

  write(chunk: Buffer): void {
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL_LENGTH_MAX);
    if (Date.now() < this.#closedUntilMs) {
      this.#lostBytes += chunk.length;
      return;
    }
    try {
      this.#append(chunk);
    } catch {
      // Nobody to tell it to: the screen is the user's, the log is what failed.
      this.#lostBytes += chunk.length;
      this.#closedUntilMs = Date.now() + RETRY_AFTER_MS;
      this.close();
    }
  }

  close(): void {
    if (this.#file === undefined) return;
    const file = this.#file;
    this.#file = undefined;
    closeSync(file);
  }

  #append(chunk: Buffer): void {
    if (this.#file !== undefined && this.#size + chunk.length > LOG_BYTES_MAX) {
      this.close();
      renameSync(this.#path, `${this.#path}.1`);
    }
    const file = this.#file ?? this.#open();
    if (this.#lostBytes > 0) {
      const note = `... ${this.#lostBytes} bytes could not be written here\n`;
      this.#size += writeSync(file, note);
      this.#lostBytes = 0;
    }
    this.#size += writeSync(file, chunk);
  }

  #open(): number {
    this.#file = openSync(this.#path, 'a', 0o600);
    this.#size = fstatSync(this.#file).size;
    return this.#file;
  }
}
