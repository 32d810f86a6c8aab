import { type FileHandle, open, stat } from 'node:fs/promises';
import { BufferError } from '../contract.ts';

/** The operating system's word for a failure (`ENOSPC`), or undefined for another kind of error. */
export function osCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return undefined;
}

/** A failed call on a file as a `BufferError`: no room is `BUFFER_FULL`, all else `BUFFER_IO`. */
export function ioError(error: unknown, doing: string): BufferError {
  if (error instanceof BufferError) return error;
  const code = osCode(error);
  const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new BufferError(full ? 'BUFFER_FULL' : 'BUFFER_IO', message, error);
}

/** Writes all of `chunks` at `position`; throws what the operating system says, `ENOSPC` too. */
export async function writeAll(
  handle: FileHandle,
  chunks: readonly Uint8Array[],
  position: number,
): Promise<void> {
  let rest = chunks.filter((chunk) => chunk.length > 0);
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, position);
    if (bytesWritten === 0) throw new Error('the file system wrote nothing');
    position += bytesWritten;
    rest = withoutFirstBytes(rest, bytesWritten);
  }
}

/** A write on a full disk stops short: what is left is tried again and then fails in words. */
function withoutFirstBytes(chunks: Uint8Array[], count: number): Uint8Array[] {
  let skipped = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (skipped + chunk.length > count) {
      return [chunk.subarray(count - skipped), ...chunks.slice(index + 1)];
    }
    skipped += chunk.length;
  }
  return [];
}

/** `length` bytes at `position`, in memory of their own; fewer only at the end of the file. */
export async function readAt(
  handle: FileHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

/** Makes names created in or removed from `directory` survive a power loss. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Which file an open one is, to compare with `isAt`. */
export async function identityOf(handle: FileHandle): Promise<string> {
  const { dev, ino } = await handle.stat();
  return `${dev}:${ino}`;
}

/** Whether the file of that identity still lies at `path`: nobody removed, moved or replaced it. */
export async function isAt(path: string, identity: string): Promise<boolean> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}` === identity;
  } catch (error) {
    const code = osCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}
