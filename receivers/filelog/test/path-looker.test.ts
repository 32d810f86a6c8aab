import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ASKED_AT_ONCE_MAX } from '../src/limits.ts';
import { lookAtFiles } from '../src/look-at-files.ts';
import { PathLooker } from '../src/path-looker.ts';

/** A directory that changed longer ago is not read again. */
const SETTLES_MS = 2100;

describe('what is looked at at every poll', () => {
  let folder: string;
  let looker: PathLooker;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'looker-'));
    looker = new PathLooker();
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  async function namesIn(directory: string): Promise<readonly string[]> {
    looker.begin();
    return (await looker.list(directory)).map(({ name }) => name);
  }

  it('is asked through threads at first, then at once where it is on this host', async () => {
    looker.begin();
    const first = looker.stat(folder);
    expect(first).toBeInstanceOf(Promise);
    expect((await first)?.isDirectory()).toBe(true);
    looker.begin();
    expect(looker.stat(folder)).toMatchObject({ ino: (await first)?.ino });
    looker.begin();
    looker.begin();
    expect(looker.stat(folder), 'nobody asked in between').toBeInstanceOf(Promise);
  });

  it('is asked through threads for ever where it is not', async () => {
    for (let poll = 0; poll < 3; poll++) {
      looker.begin();
      const answer = looker.stat('/proc/self/stat');
      expect(answer).toBeInstanceOf(Promise);
      expect((await answer)?.isFile()).toBe(true);
    }
  });

  it('leaves the event loop to others where it is much', async () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    const paths = Array.from({ length: 3 * ASKED_AT_ONCE_MAX }, () => path);
    looker.begin();
    await looker.stat(path);
    let turns = 0;
    const immediate = (): void => {
      turns++;
      pending = setImmediate(immediate);
    };
    let pending = setImmediate(immediate);
    expect(await lookAtFiles(paths, looker)).toHaveLength(paths.length);
    clearImmediate(pending);
    expect(turns).toBeGreaterThanOrEqual(2);
  });

  it('is nothing where nothing is, or a link leads round', async () => {
    symlinkSync('round', join(folder, 'round'));
    for (let poll = 0; poll < 2; poll++) {
      looker.begin();
      expect(await looker.stat(join(folder, 'none'))).toBeUndefined();
      expect(await looker.stat(join(folder, 'round'))).toBeUndefined();
    }
    const path = join(folder, 'there');
    writeFileSync(path, '');
    looker.begin();
    await looker.stat(path);
    rmSync(path);
    looker.begin();
    expect(await looker.stat(path)).toBeUndefined();
  });

  it('has every file of a directory, whenever it came, went or was renamed', async () => {
    expect(await namesIn(folder)).toEqual([]);
    for (let i = 0; i < 20; i++) {
      writeFileSync(join(folder, `file-${i % 5}`), '');
      expect(await namesIn(folder)).toContain(`file-${i % 5}`);
      renameSync(join(folder, `file-${i % 5}`), join(folder, 'rotated'));
      expect(await namesIn(folder)).toEqual(['rotated']);
    }
    await delay(SETTLES_MS);
    looker.begin();
    const settled = await looker.list(folder);
    looker.begin();
    expect(await looker.list(folder)).toBe(settled);
    writeFileSync(join(folder, 'another'), '');
    expect(await namesIn(folder)).toEqual(['another', 'rotated']);
    rmSync(join(folder, 'rotated'));
    expect(await namesIn(folder)).toEqual(['another']);
  });

  it('refuses a directory that is none', async () => {
    await expect(namesIn(join(folder, 'none'))).rejects.toThrow('ENOENT');
    writeFileSync(join(folder, 'file'), '');
    await expect(namesIn(join(folder, 'file'))).rejects.toThrow('ENOTDIR');
  });
});
