import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../usage-error.ts';

const LockSchema = z.object({ pid: z.number().int(), startTicks: z.string() });

/**
 * One Sonde a data directory: the file `lock` names the process that runs on it. A lock of a
 * process that is gone (or whose id another process got) is taken over.
 */
export function lockInstance(directory: string): () => void {
  const file = join(directory, 'lock');
  const own = JSON.stringify({ pid: process.pid, startTicks: startTicks(process.pid) });
  for (let attempt = 0; attempt < 2; attempt++) {
    if (tryCreate(file, own)) return () => rmSync(file, { force: true });
    const holder = readHolder(file);
    if (holder !== undefined) {
      throw new UsageError(
        `Sonde already runs on ${directory} (process ${holder}). Stop it first, or give this one its own folder: --data FOLDER`,
      );
    }
    rmSync(file, { force: true });
  }
  throw new UsageError(`cannot lock ${file}: another Sonde is starting on it`);
}

function tryCreate(file: string, content: string): boolean {
  try {
    writeFileSync(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** The process that holds the lock; undefined when it is gone. */
function readHolder(file: string): number | undefined {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined; // Torn by a crash while it was written: nobody holds it.
  }
  const lock = LockSchema.safeParse(content);
  if (!lock.success || startTicks(lock.data.pid) !== lock.data.startTicks) return undefined;
  return lock.data.pid;
}

/** When the process started, in clock ticks since boot (proc(5), field 22); empty when it is gone. */
function startTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
