import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { osCode, syncDirectory, writeAll } from './file-io.ts';

const FILE_NAME = '.id';
const RANDOM_BYTES = 16;
/** base64url of `RANDOM_BYTES`, as Kafka writes the ids of its topics. */
const ID_PATTERN: RegExp = /^[A-Za-z0-9_-]{22}$/;

/** A new id, durable in `directory` before any record is. */
export async function makePartitionId(directory: string): Promise<string> {
  const id = randomBytes(RANDOM_BYTES).toString('base64url');
  await writePartitionId(directory, id);
  return id;
}

/**
 * The id of the partition in `directory`; undefined where the release that made it wrote none, or
 * the file was removed. Damaged text is no id either: a new one takes its place, as nobody knows
 * which offsets were given out under the other.
 */
export async function readPartitionId(directory: string): Promise<string | undefined> {
  try {
    const text = await readFile(join(directory, FILE_NAME), 'latin1');
    return ID_PATTERN.test(text) ? text : await makePartitionId(directory);
  } catch (error) {
    if (osCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Durable when it resolves; the file holds all of `id` or what it held before. */
export async function writePartitionId(directory: string, id: string): Promise<void> {
  const path = join(directory, FILE_NAME);
  const draft = await open(`${path}.new`, 'w');
  try {
    await writeAll(draft, [Buffer.from(id, 'latin1')], 0);
    await draft.sync();
  } finally {
    await draft.close();
  }
  await rename(`${path}.new`, path);
  await syncDirectory(directory);
}
