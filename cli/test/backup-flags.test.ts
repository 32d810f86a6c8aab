import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { backup } from '../src/commands/backup.ts';
import { restore } from '../src/commands/restore.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-backup-flags-'));
  await writeFile(join(folder, 'file'), '');
  await mkdir(join(folder, 'data/store/data'), { recursive: true });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

it('a backup of a folder without a store is refused, and makes none', async () => {
  const data = join(folder, 'nothing');
  const words = `${data} holds no store: name the data folder of sonde up with --data FOLDER`;
  await expect(backup([join(folder, 'copy'), '--data', data])).rejects.toThrow(words);
  expect(existsSync(data)).toBe(false);
});

it('a place where no folder can be made is refused before anything is copied', async () => {
  for (const target of ['/proc/sonde/copy', join(folder, 'file', 'copy')]) {
    const words = `a backup cannot be written to ${target}: `;
    await expect(backup([target, '--data', join(folder, 'data')]), target).rejects.toThrow(words);
  }
});

it('what is no backup is not restored', async () => {
  const words = /is no backup of Sonde: sonde-backup.json is not there/;
  await expect(restore([folder, '--data', join(folder, 'new')])).rejects.toThrow(words);
  expect(existsSync(join(folder, 'new'))).toBe(false);
});
