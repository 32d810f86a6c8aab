import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDirectory, readToken } from '../src/supervise/data-directory.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'sonde-data-'));
});

afterEach(() => {
  rmSync(parent, { recursive: true, force: true });
});

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

describe('the data folder', () => {
  it('is made closed to others, with secrets that stay', () => {
    const path = join(parent, 'new');
    const first = openDataDirectory(path);
    expect(modeOf(path)).toBe(0o700);
    expect(modeOf(first.ingestTokenFile)).toBe(0o600);
    const token = readToken(first.ingestTokenFile);
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    expect(readToken(openDataDirectory(path).ingestTokenFile)).toBe(token);
  });

  it('keeps the permissions of a folder that exists', () => {
    const path = join(parent, 'existing');
    mkdirSync(path);
    chmodSync(path, 0o755);
    openDataDirectory(path);
    expect(modeOf(path)).toBe(0o755);
  });

  it('is refused when it holds something else', () => {
    writeFileSync(join(parent, 'thesis.txt'), 'mine');
    expect(() => openDataDirectory(parent)).toThrow('holds no data of Sonde (there is thesis.txt)');
  });

  it('says in words when it cannot be used', () => {
    const file = join(parent, 'file');
    writeFileSync(file, '');
    expect(() => openDataDirectory(join(file, 'below'))).toThrow(
      /the data folder .* cannot be used/,
    );
  });
});
