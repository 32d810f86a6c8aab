import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { PROC_FILE_BYTES_MAX } from '../limits.ts';

/** What of /proc names a process. Read at once and in place: a process may be gone a moment later. */
export class ProcFiles {
  readonly #root: string;
  readonly #buffer: Buffer = Buffer.allocUnsafe(PROC_FILE_BYTES_MAX);

  constructor(root = '/proc') {
    this.#root = root;
  }

  /** Of all processes there are. */
  pids(): readonly number[] {
    return readdirSync(this.#root)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  }

  /** The beginning of a file, `PROC_FILE_BYTES_MAX` of it; empty when it cannot be read. */
  text(pid: number, name: string): string {
    let fd: number;
    try {
      fd = openSync(join(this.#root, String(pid), name), 'r');
    } catch {
      // Gone, or not ours to read: what is known without it has to do.
      return '';
    }
    try {
      return this.#buffer.toString('utf8', 0, this.#read(fd));
    } finally {
      closeSync(fd);
    }
  }

  /** Where a link of a process points to; empty when it cannot be read. */
  link(pid: number, name: string): string {
    try {
      return readlinkSync(join(this.#root, String(pid), name)).replace(/ \(deleted\)$/, '');
    } catch {
      // As above; kernel threads have no executable.
      return '';
    }
  }

  #read(fd: number): number {
    let length = 0;
    try {
      while (length < this.#buffer.length) {
        const read = readSync(fd, this.#buffer, length, this.#buffer.length - length, null);
        if (read === 0) break;
        length += read;
      }
    } catch {
      // It ended while it was read: what came is true.
    }
    return length;
  }
}

/** Parts that end with a zero byte. */
export function zeroParts(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

/** Parent and short name of /proc/<pid>/stat (proc_pid_stat(5)); the name may hold anything. */
export function parseStat(text: string): { readonly parent: number; readonly name: string } {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  const fields = text.slice(close + 2).split(' ');
  return { parent: Number(fields[1] ?? 0), name: text.slice(open + 1, Math.max(open, close)) };
}
