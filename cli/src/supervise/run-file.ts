import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** The addresses of a Sonde that runs on a data folder. */
export interface RunningSonde {
  readonly page: string;
  readonly clickhouse: string;
  readonly metrics: string;
}

const RunFile = z.object({
  pid: z.number(),
  page: z.string(),
  clickhouse: z.string(),
  metrics: z.string(),
});

/** Undefined when nothing runs there: the file is gone, or whoever wrote it is. */
export function readRunFile(path: string): RunningSonde | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const run = RunFile.safeParse(JSON.parse(text));
  return run.success && isAlive(run.data.pid) ? run.data : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
