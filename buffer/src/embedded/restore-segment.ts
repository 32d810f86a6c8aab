import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readAt, syncDirectory, writeAll } from './file-io.ts';

const COPY_BYTES: number = 1024 * 1024;

/**
 * Writes the first `sizeBytes` of `handle`, whose file was removed, to `path` again, durably; makes
 * the folders that are gone too. An open file keeps its bytes until it is closed.
 */
export async function restoreSegment(
  handle: FileHandle,
  { path, sizeBytes }: { readonly path: string; readonly sizeBytes: number },
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const draft = await open(`${path}.new`, 'w');
  try {
    for (let at = 0; at < sizeBytes; at += COPY_BYTES) {
      const bytes = await readAt(handle, at, Math.min(COPY_BYTES, sizeBytes - at));
      await writeAll(draft, [bytes], at);
    }
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
  // The topic's folder may be new as well.
  for (const name of [folder, dirname(folder), dirname(dirname(folder))]) await syncDirectory(name);
}
