import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
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
 * `DirectoryInUseError`, and Node's error when the folder cannot be made.
 */
export function holdDirectory(addon: NativeAddon, directory: string): void {
  mkdirSync(directory, { recursive: true });
  const holder = addon.lock(join(directory, 'sonde.lock'));
  if (holder !== 0) throw new DirectoryInUseError(directory, holder);
}
