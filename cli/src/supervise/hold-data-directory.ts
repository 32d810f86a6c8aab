import { join } from 'node:path';
import { lockFile } from '@sonde/store';
import { UsageError } from '../usage-error.ts';

/**
 * One Sonde a data directory: holds the file `lock` in it until this process ends, however it ends.
 * Throws `UsageError` when another process holds it. Nobody removes the file.
 */
export function holdDataDirectory(directory: string): void {
  const holder = lockFile(join(directory, 'lock'));
  if (holder === 0) return;
  const who = holder > 0 ? `process ${holder}` : 'another process';
  throw new UsageError(
    `Sonde already runs on ${directory} (${who}). Stop it first, or give this one its own folder: --data FOLDER`,
  );
}
