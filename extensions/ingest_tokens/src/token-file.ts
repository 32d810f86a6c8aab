import { readFile, stat } from 'node:fs/promises';
import { TENANT_PATTERN, TOKENS_MAX } from './config.ts';
import type { TokenEntry } from './token-table.ts';

export const FILE_BYTES_MAX: number = 4 * 1024 * 1024;

/** A file's state when it was read; another one means another content. */
export interface FileVersion {
  readonly mtimeMs: number;
  readonly size: number;
  readonly inode: number;
}

export async function fileVersion(path: string): Promise<FileVersion> {
  const { mtimeMs, size, ino } = await stat(path);
  return { mtimeMs, size, inode: ino };
}

export function sameVersion(a: FileVersion, b: FileVersion): boolean {
  return a.mtimeMs === b.mtimeMs && a.size === b.size && a.inode === b.inode;
}

/**
 * Reads lines of `token tenant`, divided by white space; empty lines and lines that begin with `#`
 * are skipped. Rejects with the line's number, and never with what stands in it.
 */
export async function readTokenFile(path: string): Promise<readonly TokenEntry[]> {
  const { size } = await stat(path);
  if (size > FILE_BYTES_MAX) throw new Error(`larger than ${FILE_BYTES_MAX} bytes`);
  const entries: TokenEntry[] = [];
  for (const [index, line] of (await readFile(path, 'utf8')).split('\n').entries()) {
    const text = line.trim();
    if (text === '' || text.startsWith('#')) continue;
    entries.push(parseLine(text, index + 1));
    if (entries.length > TOKENS_MAX) throw new Error(`more than ${TOKENS_MAX} tokens`);
  }
  return entries;
}

function parseLine(text: string, line: number): TokenEntry {
  const [token = '', tenant = '', ...rest] = text.split(/\s+/);
  if (tenant === '' || rest.length > 0) throw new Error(`line ${line}: write "token tenant"`);
  if (!TENANT_PATTERN.test(tenant)) throw new Error(`line ${line}: the tenant has a bad name`);
  return { token, tenant };
}
