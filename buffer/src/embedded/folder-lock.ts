import { randomUUID } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BufferError } from '../contract.ts';
import { osCode } from './file-io.ts';
import { lockKernelFile } from './kernel-lock.ts';
import type { OnLogEvent } from './log-event.ts';

const LOCK_NAME = '.lock';
/** The kernel's lock is on this one: the other is replaced. Stays; two files of one name would be two locks. */
const KERNEL_LOCK_NAME = '.lock-held';
/** Processes that may have died one after the other while taking the lock over. */
const TAKEOVERS_NESTED_MAX = 8;
/** How often the lock may change hands while we look. */
const ATTEMPTS_MAX = 32;
/** Fields of /proc/<pid>/stat after the name's closing parenthesis: proc_pid_stat(5), less two. */
const STATE_FIELD = 0;
const THREADS_FIELD = 17;
const START_TIME_FIELD = 19;

/** A process that no other can be taken for: pids are reused, also by a container's first process. */
interface Holder {
  readonly pid: number;
  /** Clock ticks since boot. */
  readonly startTicks: string;
  readonly bootId: string;
  /** Tells one holding from the next. */
  readonly token: string;
}

/**
 * One process at a time holds a folder, also across containers that share a volume: the kernel's
 * lock says whether somebody holds it. A file beside it names the process; of a dead one it is taken
 * over, which alone protects where there is no addon for the kernel's lock.
 */
export class FolderLock {
  readonly #path: string;
  readonly #token: string;
  readonly #unlock: () => void;

  private constructor(path: string, token: string, unlock: () => void) {
    this.#path = path;
    this.#token = token;
    this.#unlock = unlock;
  }

  /** Throws `BUFFER_LOCKED` when a living process holds `directory`, this one included. */
  static async acquire(directory: string, onEvent: OnLogEvent): Promise<FolderLock> {
    const path = join(directory, LOCK_NAME);
    const unlock = await lockKernel(directory, path);
    try {
      const holder = await describeSelf();
      const dead = await acquireFile(path, holder, 0);
      if (dead !== undefined) onEvent({ type: 'lock_taken_over', path, pid: dead.pid });
      return new FolderLock(path, holder.token, unlock);
    } catch (error) {
      unlock();
      throw error;
    }
  }

  /** Idempotent; leaves a lock alone that is not ours any more. */
  async release(): Promise<void> {
    const holder = await readHolder(this.#path);
    if (holder?.token === this.#token) await unlink(this.#path);
    this.#unlock();
  }
}

/** Throws `BUFFER_LOCKED` where the kernel knows of a holder. */
async function lockKernel(directory: string, path: string): Promise<() => void> {
  const locked = lockKernelFile(join(directory, KERNEL_LOCK_NAME));
  if (locked === 'unknown') return () => {};
  if (locked !== 'held') return locked;
  throw lockedError(path, await readHolder(path));
}

/**
 * Creates the lock file `path`, or replaces the one of a dead process, which it returns. Only who
 * holds the lock `path-<token of the dead>` may replace, so two that find the same dead process
 * cannot both win; that lock is taken by the same rule.
 */
async function acquireFile(
  path: string,
  holder: Holder,
  depth: number,
): Promise<Holder | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (await createFile(path, holder)) return undefined;
    const found = await readHolder(path);
    if (found === undefined) continue;
    if (await isAlive(found)) throw lockedError(path, found);
    if (depth >= TAKEOVERS_NESTED_MAX) break;
    const guard = `${path}-${found.token}`;
    await acquireFile(guard, holder, depth + 1);
    try {
      if ((await readHolder(path))?.token !== found.token) continue;
      await replaceFile(path, holder);
      return found;
    } finally {
      await unlink(guard);
    }
  }
  throw new BufferError('BUFFER_LOCKED', `${path} changes hands too often: is it shared?`);
}

/** False when the file exists. It appears with its content: nobody reads half a lock. */
async function createFile(path: string, holder: Holder): Promise<boolean> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder), { flag: 'wx' });
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (osCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    await unlink(draft);
  }
}

async function replaceFile(path: string, holder: Holder): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(holder), { flag: 'wx' });
  await rename(draft, path);
}

/** Undefined when the file is gone. One that nobody can read (a power loss) belongs to the dead. */
async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (osCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return parseHolder(text) ?? { pid: 0, startTicks: '', bootId: '', token: 'unreadable' };
}

function parseHolder(text: string): Holder | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is the answer: the caller treats the file as left by a dead process.
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, startTicks, bootId, token } = { ...emptyFields, ...value };
  if (typeof pid !== 'number' || typeof startTicks !== 'string') return undefined;
  if (typeof bootId !== 'string' || typeof token !== 'string') return undefined;
  // The token becomes part of a file's name.
  return /^[0-9a-f-]{36}$/.test(token) ? { pid, startTicks, bootId, token } : undefined;
}

const emptyFields: Readonly<Record<keyof Holder, unknown>> = {
  pid: undefined,
  startTicks: undefined,
  bootId: undefined,
  token: undefined,
};

async function describeSelf(): Promise<Holder> {
  const startTicks = (await startTicksOf(process.pid)) ?? '';
  return { pid: process.pid, startTicks, bootId: await bootId(), token: randomUUID() };
}

async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.pid <= 0 || holder.bootId !== (await bootId())) return false;
  return (await startTicksOf(holder.pid)) === holder.startTicks;
}

async function bootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** Undefined when there is no such process, or it has ended and only its parent has not noticed. */
async function startTicksOf(pid: number): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch (error) {
    const code = osCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
  // The process name may hold blanks and parentheses: fields are counted from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // Of a killed process the first thread may be a zombie while another one still ends its write.
  const isZombie = fields[STATE_FIELD] === 'Z' && Number(fields[THREADS_FIELD]) <= 1;
  return isZombie ? undefined : fields[START_TIME_FIELD];
}

function lockedError(path: string, holder: Holder | undefined): BufferError {
  const pid = holder === undefined || holder.pid === 0 ? 'another' : holder.pid;
  const who = pid === process.pid ? 'this process already' : `process ${pid}`;
  return new BufferError(
    'BUFFER_LOCKED',
    `the buffer's folder is in use by ${who} (${path}). ` +
      'Stop that process, or give this one another `directory`.',
  );
}
