import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FILE_CHECK_INTERVAL_MS, WatchedFile } from '../src/files/watched-file.ts';

let folder: string;
let path: string;
let clockMs: number;
let problems: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watched-'));
  path = join(folder, 'file');
  clockMs = 0;
  problems = [];
});

afterEach(() => rm(folder, { recursive: true }));

function open(): Promise<WatchedFile<string>> {
  return WatchedFile.open({
    path,
    sizeMax: 10,
    parse: (content) => {
      if (content === 'bad') throw new Error('makes no sense');
      return content;
    },
    onProblem: (problem) => problems.push(problem),
    now: () => clockMs,
  });
}

describe('a watched file', () => {
  it('is read again when it has changed, no more than once an interval', async () => {
    await writeFile(path, 'one');
    const file = await open();
    await writeFile(path, 'second');
    expect(await file.value()).toBe('one');
    clockMs += FILE_CHECK_INTERVAL_MS;
    expect(await file.value()).toBe('second');
  });

  it('keeps what was read last, and tells each problem once', async () => {
    await writeFile(path, 'one');
    const file = await open();
    for (const content of ['bad', 'bad', 'much too large']) {
      await writeFile(path, content);
      clockMs += FILE_CHECK_INTERVAL_MS;
      expect(await file.value()).toBe('one');
    }
    expect(problems).toEqual(['makes no sense', `${path}: larger than 10 bytes`]);
    await writeFile(path, 'fine');
    clockMs += FILE_CHECK_INTERVAL_MS;
    expect(await file.value()).toBe('fine');
  });

  it('must be there and readable at first', async () => {
    await expect(open()).rejects.toThrow('ENOENT');
    await writeFile(path, 'bad');
    await expect(open()).rejects.toThrow('makes no sense');
  });
});
