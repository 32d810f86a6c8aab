import { existsSync, readdirSync } from 'node:fs';

/** The root of a disk of its own has it from the start. */
const OF_FILE_SYSTEMS: ReadonlySet<string> = new Set(['lost+found']);

/**
 * What a folder holds that is somebody's: the first of its entries when none of them is one of
 * `marks`. Undefined for a folder that is empty, that is not there, or that has a mark. Throws Node's
 * error when it cannot be read.
 */
export function foreignEntry(directory: string, marks: readonly string[]): string | undefined {
  if (!existsSync(directory)) return undefined;
  const entries = readdirSync(directory).filter((entry) => !OF_FILE_SYSTEMS.has(entry));
  return marks.some((mark) => entries.includes(mark)) ? undefined : entries[0];
}
