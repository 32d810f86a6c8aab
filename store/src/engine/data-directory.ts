import { existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NativeAddon } from './native-addon.ts';

/** Another process has the data directory open. */
export class DirectoryInUseError extends Error {
  readonly code = 'STORE_IN_USE';

  constructor(directory: string, holder: number) {
    const who = holder > 0 ? `process ${holder}` : 'another process';
    super(
      `the store in ${directory} is open in ${who}: stop it first, or give this one a directory of ` +
        'its own',
    );
    this.name = 'DirectoryInUseError';
  }
}

/** Node's own `recursive` never ends where a folder cannot be made in one that is there (`/proc`). */
function makeDirectory(directory: string): void {
  if (!existsSync(dirname(directory))) makeDirectory(dirname(directory));
  const isThere = statSync(directory, { throwIfNoEntry: false })?.isDirectory() === true;
  // Fails where a file has the name.
  if (!isThere) mkdirSync(directory);
}

/**
 * Creates the data directory and holds it for this process until it ends, however it ends. Throws
 * `DirectoryInUseError`, and in words when the folder cannot be made or written.
 */
export function holdDirectory(addon: NativeAddon, directory: string): void {
  try {
    makeDirectory(directory);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the store cannot keep its data in ${directory}: ${why}`, { cause });
  }
  const holder = addon.lock(join(directory, 'sonde.lock'));
  if (holder !== 0) throw new DirectoryInUseError(directory, holder);
}
