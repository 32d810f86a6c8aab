// What a process prints, in a file that does not grow without end.
import { appendFileSync, renameSync, rmSync } from 'node:fs';

const BYTES_MAX = 4 * 1024 * 1024;
const TAIL_CHARACTERS = 2000;

export class LogFile {
  #bytes;
  #tail = '';

  constructor(path) {
    this.path = path;
    rmSync(path, { force: true });
    this.#bytes = 0;
  }

  /** The last words, for an error message. */
  get tail() {
    return this.#tail;
  }

  write(chunk) {
    this.#tail = (this.#tail + chunk.toString('utf8')).slice(-TAIL_CHARACTERS);
    appendFileSync(this.path, chunk);
    this.#bytes += chunk.length;
    if (this.#bytes <= BYTES_MAX) return;
    renameSync(this.path, `${this.path}.1`);
    this.#bytes = 0;
  }
}
