import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcFiles } from '../entities/proc-files.ts';
import { OPEN_FILES_LOOKED_AT_MAX } from '../limits.ts';

/** Where logs are kept; elsewhere a file is one by its name, or by being somebody's output. */
const LOG_FOLDER = /^\/var\/log\//;
const LOG_NAME = /\.log$/;
/** Of runtimes, which hold what their containers write; and what is no text. */
const NOT_LOGS =
  /^\/(dev|proc|sys|run\/systemd)\/|^\/var\/lib\/docker\/containers\/|^\/var\/log\/(pods|containers|journal)\/|\.(gz|xz|zst|bz2|journal)$|\/(wtmp|btmp|lastlog|faillog)$|^\/var\/log\/sysstat\//;

/** open(2): the mode, and appending. */
const ACCESS_MASK = 0o3;
const APPEND = 0o2000;

export interface HeldLog {
  readonly path: string;
  /** Its number in the process. */
  readonly fd: string;
  /** It is the standard output or error: whoever else holds it, it is this process's. */
  readonly isOutput: boolean;
}

/**
 * Files that a process writes its log to, as the process names them: below /var/log, by their name, or
 * as its output. Costs some 5 us an open file.
 */
export function heldLogs(files: ProcFiles, pid: number, procRoot = '/proc'): readonly HeldLog[] {
  const found = new Map<string, HeldLog>();
  for (const fd of openFiles(join(procRoot, String(pid), 'fd'))) {
    const path = files.link(pid, `fd/${fd}`);
    const isOutput = fd === '1' || fd === '2';
    if (!path.startsWith('/') || NOT_LOGS.test(path)) continue;
    if (!isOutput && !LOG_FOLDER.test(path) && !LOG_NAME.test(path)) continue;
    if (!isWritten(files.text(pid, `fdinfo/${fd}`), isOutput)) continue;
    if (isFile(join(procRoot, String(pid), 'fd', fd))) {
      found.set(path, { path, fd, isOutput: isOutput || found.get(path)?.isOutput === true });
    }
  }
  return [...found.values()];
}

function openFiles(folder: string): readonly string[] {
  try {
    return readdirSync(folder).slice(0, OPEN_FILES_LOOKED_AT_MAX);
  } catch {
    // It ended, or is not ours to look into.
    return [];
  }
}

/** A log is appended to; an output that is not may be any file. */
function isWritten(fdinfo: string, isOutput: boolean): boolean {
  const flags = Number.parseInt(/^flags:\s*([0-7]+)$/m.exec(fdinfo)?.[1] ?? '0', 8);
  return (flags & ACCESS_MASK) !== 0 && (isOutput || (flags & APPEND) !== 0);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false; // Closed meanwhile.
  }
}
