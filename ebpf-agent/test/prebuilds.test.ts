import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadNativeAddon, prebuildsFolder } from '../src/kernel/native-addon.ts';

const AGENT = fileURLToPath(new URL('../', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../../scripts/build-bpf.mjs', import.meta.url));

/** As `scripts/build-bpf.mjs` has it. */
function hashOf(folder: string): string {
  const hash = createHash('sha256');
  const paths = readdirSync(join(AGENT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.[ch]$/.test(entry.name))
    .map((entry) => relative(AGENT, join(entry.parentPath, entry.name)));
  for (const path of paths.sort()) {
    hash.update(`${path}\0`).update(readFileSync(join(AGENT, path)));
  }
  return hash.digest('hex');
}

function digest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

const hasClang =
  spawnSync('clang', ['--version']).status === 0 && spawnSync('cargo', ['--version']).status === 0;

describe('what is committed', () => {
  const folder = join(prebuildsFolder(), 'bpf');
  const manifest: { sources: string; objects: Record<string, string> } = JSON.parse(
    readFileSync(join(folder, 'manifest.json'), 'utf8'),
  );

  it('was built from the sources beside it', () => {
    expect(manifest.sources).toBe(hashOf('bpf'));
    expect(loadNativeAddon().sourceHash).toBe(hashOf('native'));
  });

  it('is what was built', () => {
    const objects = readdirSync(folder).filter((name) => name.endsWith('.o'));
    expect(Object.keys(manifest.objects).sort()).toEqual(objects.sort());
    for (const name of objects) expect(digest(join(folder, name))).toBe(manifest.objects[name]);
  });

  it.runIf(hasClang)('comes out the same when it is built again', { timeout: 300_000 }, () => {
    const result = spawnSync(process.execPath, [SCRIPT, '--check'], { encoding: 'utf8' });
    expect(result.stderr).toBe('');
    expect(result.stdout).toContain('checked');
  });
});
