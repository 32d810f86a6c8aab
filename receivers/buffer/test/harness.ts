import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export async function makeFolder(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'sonde-receiver-buffer-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  return directory;
}
