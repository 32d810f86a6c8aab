import { join } from 'node:path';
import { foreignEntry } from './foreign-entry.ts';
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

const LOCK = 'sonde.lock';
/** Any of them says that a folder is a store's; a restored one has no lock yet. */
const MARKS = [LOCK, 'data', 'cold-volume.json'];

/**
 * Creates the data directory and holds it for this process until it ends, however it ends. Throws
 * `DirectoryInUseError`, and in words when the folder cannot be made or written, or holds files of
 * others and no store.
 */
export function holdDirectory(addon: NativeAddon, directory: string): void {
  try {
    refuseForeign(directory);
    makeDirectory(directory);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`the store cannot keep its data in ${directory}: ${why}`, { cause });
  }
  const holder = addon.lock(join(directory, LOCK));
  if (holder !== 0) throw new DirectoryInUseError(directory, holder);
}

function refuseForeign(directory: string): void {
  const entry = foreignEntry(directory, MARKS);
  if (entry === undefined) return;
  throw new Error(
    `it is not empty and holds no store (there is ${entry}); name an empty or a new one`,
  );
}
