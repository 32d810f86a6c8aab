import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are not there; `mode` is that of new ones. Node's own
 * `recursive` never ends where a folder cannot be made in one that is there (`/proc`). Throws Node's
 * error.
 */
export function makeDirectory(directory: string, mode: number = 0o777): void {
  if (!existsSync(dirname(directory))) makeDirectory(dirname(directory), mode);
  const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  // Fails where a file has the name.
  if (!isThere) mkdirSync(directory, { mode });
}
