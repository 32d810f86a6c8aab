import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toPlain } from '../src/config/edit-value.ts';
import { type ResolveOptions, resolveConfig } from '../src/config/resolve-config.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sources-'));
});

afterEach(() => rm(folder, { recursive: true }));

function resolve(options: Partial<ResolveOptions>): unknown {
  return toPlain(resolveConfig({ configUris: [], env: {}, warn: () => {}, ...options }).root);
}

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

describe('sources of a configuration', () => {
  it('are files, environment variables and text, merged in order, --set last', async () => {
    const a = await file('a.yaml', 'a: 1\nm: {x: 1, y: 1}');
    const b = await file('b.yaml', 'b: 2\nm: {y: 2}');
    expect(
      resolve({
        configUris: [a, `file:${b}`, 'env:CFG', 'yaml:processors::batch::timeout: 2s'],
        sets: ['m.z=[4, 5]', 'm.x=2s'],
        env: { CFG: 'c: 3' },
      }),
    ).toEqual({
      a: 1,
      b: 2,
      c: 3,
      m: { x: '2s', y: 2, z: [4, 5] },
      processors: { batch: { timeout: '2s' } },
    });
  });

  it('may stand anywhere a value may', async () => {
    const inner = await file('inner.yaml', 'x: [1, 2]');
    expect(resolve({ configUris: [`yaml:a: \${file:${inner}}`] })).toEqual({ a: { x: [1, 2] } });
  });

  it('may be empty', () => {
    expect(resolve({ configUris: ['env:NONE', 'yaml:', 'yaml:a: 1'] })).toEqual({ a: 1 });
  });

  it.each([
    [[], [], 'at least one config flag must be provided'],
    [['foo:bar'], [], 'unsupported scheme on URI "foo:bar"'],
    [['yaml:a: 1'], ['a'], 'invalid argument "a" for "--set" flag: missing equal sign'],
    [
      ['/nonexistent.yaml'],
      [],
      'failed to get config: cannot resolve the configuration: cannot retrieve the ' +
        'configuration: unable to read the file file:/nonexistent.yaml: open /nonexistent.yaml: ' +
        'no such file or directory',
    ],
    [
      ['yaml:[a]'],
      [],
      'failed to get config: cannot resolve the configuration: retrieved value ' +
        '(type=[]interface {}) cannot be used as a Conf',
    ],
    [['yaml:a'], [], 'retrieved value (type=string) cannot be used as a Conf'],
    [
      ['yaml:a: [b'],
      [],
      'retrieved value (type=string) cannot be used as a Conf: assuming string type since ' +
        'contents are not valid YAML: yaml: line 1: ',
    ],
    [Array(101).fill('yaml:a: 1'), [], 'more than 100 config and set flags'],
  ])('are refused in upstream words (%#)', (configUris, sets, text) => {
    expect(() => resolve({ configUris, sets })).toThrow(text);
  });
});
