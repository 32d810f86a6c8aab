// Content hashes that say whether a step has to run again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SKIP = new Set([
  'node_modules',
  '.tsbuild',
  'dist',
  'build',
  '.svelte-kit',
  'test',
  'bench',
  'testdata',
  '.turbo',
]);

/** A hash over the contents of files and folders, in a fixed order. */
export function contentHash(root, paths) {
  const hash = createHash('sha256');
  for (const path of paths) addPath(hash, root, path);
  return hash.digest('hex');
}

function addPath(hash, root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return;
  let entries;
  try {
    entries = readdirSync(full, { withFileTypes: true });
  } catch (error) {
    if (error.code !== 'ENOTDIR') throw error;
    hash.update(`${path}\0`).update(readFileSync(full));
    return;
  }
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (!SKIP.has(entry.name)) addPath(hash, root, join(path, entry.name));
  }
}

export function isFresh(file, hash) {
  return existsSync(file) && readFileSync(file, 'utf8') === hash;
}

export function writeStamp(file, hash) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, hash);
}
