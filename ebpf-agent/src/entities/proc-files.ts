import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { NAMING_FILE_BYTES_MAX, PROC_FILE_BYTES_MAX } from '../limits.ts';

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
  text(pid: number | '', name: string): string {
    return this.#buffer.toString('utf8', 0, this.#read(pid, name));
  }

  /**
   * Of a file whose parts end with a zero byte, those that begin so; undefined when it is empty or
   * cannot be read. The others never become text: an environment may be long.
   */
  parts(pid: number, name: string, beginning: string): readonly string[] | undefined {
    const length = this.#read(pid, name);
    if (length === 0) return undefined;
    const bytes = this.#buffer.subarray(0, length);
    const parts: string[] = [];
    for (let at = bytes.indexOf(beginning); at >= 0; at = bytes.indexOf(beginning, at + 1)) {
      if (at > 0 && bytes[at - 1] !== 0) continue;
      const end = bytes.indexOf(0, at);
      parts.push(bytes.toString('utf8', at, end < 0 ? length : end));
    }
    return parts;
  }

  /** The beginning of a file as that process sees it; empty when it cannot be read. */
  seen(pid: number, path: string): string {
    return this.text(pid, join('root', path)).slice(0, NAMING_FILE_BYTES_MAX);
  }

  /** Seconds since the host started; 0 when it cannot be read. */
  uptime(): number {
    const text = this.text('', 'uptime');
    return Number(text.split(' ')[0] ?? 0);
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

  /** Into `#buffer`; the bytes read, 0 when it cannot be. */
  #read(pid: number | '', name: string): number {
    let fd: number;
    try {
      fd = openSync(join(this.#root, String(pid), name), 'r');
    } catch {
      // Gone, or not ours to read: what is known without it has to do.
      return 0;
    }
    let length = 0;
    try {
      while (length < this.#buffer.length) {
        const read = readSync(fd, this.#buffer, length, this.#buffer.length - length, null);
        if (read === 0) break;
        length += read;
      }
    } catch {
      // It ended while it was read: what came is true.
    } finally {
      closeSync(fd);
    }
    return length;
  }
}

/** Parts that end with a zero byte. */
export function zeroParts(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\0') ? text.slice(0, -1) : text).split('\0');
}

/** Of /proc/<pid>/stat. */
export interface ProcStat {
  readonly parent: number;
  /** The kernel's short name. */
  readonly name: string;
  /** Since the host started. Seconds. */
  readonly startedSeconds: number;
}

/** USER_HZ, the same on all of Linux' ports that Node has. */
const TICKS_PER_SECOND = 100;
/** Field 22 of proc_pid_stat(5), counted from behind the name. */
const START_FIELD = 19;

/** proc_pid_stat(5); the name may hold anything. */
export function parseStat(text: string): ProcStat {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  const fields = text.slice(close + 2).split(' ');
  return {
    parent: Number(fields[1] ?? 0),
    name: text.slice(open + 1, Math.max(open, close)),
    startedSeconds: Number(fields[START_FIELD] ?? 0) / TICKS_PER_SECOND,
  };
}
