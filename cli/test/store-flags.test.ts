import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { store } from '../src/commands/store.ts';
import { up } from '../src/commands/up.ts';

let folder: string;
let tokenFile: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonde-store-flags-'));
  tokenFile = join(folder, 'token');
  await writeFile(tokenFile, 'a-token-that-is-long-enough\n');
  await writeFile(join(folder, 'short'), 'short\n');
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('sonde store with flags that do not fit', () => {
  it('says which flag, and what it takes', async () => {
    const attempts: Array<[Record<string, string>, RegExp]> = [
      [{ port: '99999' }, /^--port 99999: a port is a number up to 65535/],
      [{ port: 'abc' }, /^--port abc: a port/],
      [{ 'internal-token-file': join(folder, 'none') }, /^--internal-token-file .*none cannot be/],
      [{ 'internal-token-file': join(folder, 'short') }, /short: a token has at least 16/],
      [{ 'ingest-token-file': join(folder, 'short') }, /^--ingest-token-file .*at least 16/],
      [{ cold: 'ftp://host/rows' }, /^--cold ftp:\/\/host\/rows: a folder, or the https: URL/],
      [{ cold: 's3://bucket/rows' }, /^--cold s3:\/\/bucket\/rows: a folder, or the https: URL/],
    ];
    for (const [flags, words] of attempts) {
      const all = { directory: join(folder, 'store'), 'internal-token-file': tokenFile, ...flags };
      const args = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value]);
      await expect(store(args), args.join(' ')).rejects.toThrow(words);
    }
  });

  it('names a folder that cannot be made', async () => {
    for (const directory of [tokenFile, join(tokenFile, 'below'), '/proc/sonde-store']) {
      const args = ['--directory', directory, '--internal-token-file', tokenFile, '--port', '0'];
      await expect(store(args), directory).rejects.toThrow(
        `the store cannot keep its data in ${directory}: `,
      );
    }
  });
});

describe('sonde up with a cold volume that is none', () => {
  it('says so before anything starts', async () => {
    const args = ['--data', join(folder, 'data'), '--cold', 'ftp://host/rows'];
    await expect(up(args)).rejects.toThrow(/^--cold ftp:/);
  });
});
