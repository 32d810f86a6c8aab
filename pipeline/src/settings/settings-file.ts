import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Settings, SettingsSchema } from './settings.ts';

const FileSchema = z.object({ versions: z.array(SettingsSchema) });

/**
 * Versions kept across a restart, newest last; a missing file is none. Rejects when it is broken.
 */
export async function readSettingsFile(path: string): Promise<readonly Settings[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const parsed: unknown = JSON.parse(text);
  return FileSchema.parse(parsed).versions;
}

/** Replaces the file at once and durably: a crash leaves the old one or the new one. */
export async function writeSettingsFile(
  path: string,
  versions: readonly Settings[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify({ versions }));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
