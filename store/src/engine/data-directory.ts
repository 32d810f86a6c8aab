import { join } from 'node:path';
import { makeDirectory } from './make-directory.ts';
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
