import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { parseYaml } from '../src/config/parse-yaml.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';

const folder = mkdtempSync(join(tmpdir(), 'sonde-yaml-'));

afterAll(() => rmSync(folder, { recursive: true }));

function refusalOf(content: string | Uint8Array): string {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, content);
  try {
    resolveConfig({ configUris: [path], env: {}, warn: () => {} });
  } catch (error) {
    return error instanceof Error ? error.message.replace(`${folder}/`, '') : String(error);
  }
  throw new Error('was not refused');
}

const NESTED_BLOCKS = Array.from({ length: 300 }, (_, level) => `${' '.repeat(level)}a${level}:`);
const DOUBLING = ['a: &a [x, x]'];
for (let level = 1; level < 20; level += 1) {
  DOUBLING.push(`a${level}: &a${level} [*a${level - 1 || ''}, *a${level - 1 || ''}]`);
}

describe('a file that cannot be read as YAML', () => {
  it.each([
    ['lists in lists', `receivers: ${'['.repeat(100_000)}`, 'exceeded max depth of 200', '1:211'],
    ['maps in maps', NESTED_BLOCKS.join('\n'), 'exceeded max depth of 200', '201:201'],
    ['an anchor in itself', 'a: &a\n  b: [*a]', "anchor 'a' value contains itself", '2:7'],
    ['a merged anchor in itself', 'a: &a\n  <<: *a', "anchor 'a' value contains itself", '2:7'],
    ['an anchor that is not there', 'a:\n  b: *c', "unknown anchor 'c' referenced", '2:6'],
    ['aliases that explode', DOUBLING.join('\n'), 'document contains excessive aliasing', '17:18'],
    ['a control character', 'a:\n  b: "\u0001"', 'control characters are not allowed', '2:7'],
    ['a list as a key', 'a:\n  ? [b]\n  : c', 'invalid map key', '2:5'],
    ['a merge of no map', 'a:\n  <<: 5', 'map merge requires map or sequence of maps', '2:3'],
  ])('%s is refused in words, with its place', (_name, yaml, reason, place) => {
    const refusal = refusalOf(yaml);
    expect(refusal).toContain(`: yaml: ${reason}`);
    expect(refusal).toMatch(new RegExp(`\n    config\\.yaml:${place}: \\S`));
  });

  it.each([
    ['words', 'a: b\n', 'document has more than 500000 tokens', '100000:4'],
    ['brackets', '[]\n', 'line 2: Unexpected flow-seq-start', '2:1'],
  ])('10 MB of %s are refused where they are too many', (_name, line, reason, place) => {
    const refusal = refusalOf(line.repeat(10_000_000 / line.length));
    expect(refusal).toContain(`yaml: ${reason}`);
    expect(refusal).toContain(`config.yaml:${place}`);
  });

  it.each([
    ['compressed', gzipSync('receivers:\n  nop:\n'), /no UTF-8|control character/],
    ['a program', Buffer.from('\x7fELF\x02\x01\0\0', 'latin1'), /U\+007F/],
    ['Latin 1', Buffer.from('a:\n  b: gr\xfc\xdfe\n', 'latin1'), /config\.yaml:2:8: .*no UTF-8/],
  ])('%s is no text', (_name, bytes, expected) => {
    expect(refusalOf(bytes)).toMatch(expected);
  });

  it('names both lines of a key that is there twice', () => {
    const text = 'yaml: unmarshal errors:\n  line 3: mapping key "b" already defined at line 2';
    expect(refusalOf('a:\n  b: 1\n  b: 2')).toContain(text);
  });
});

describe('what looks bad and is YAML', () => {
  it('is read in UTF-16 and behind a byte order mark', () => {
    const path = join(folder, 'wide.yaml');
    const read = (): unknown =>
      resolveConfig({ configUris: [path], env: {}, warn: () => {} }).root.get('a');
    writeFileSync(path, Buffer.from('\ufeffa: grün', 'utf16le'));
    expect(read()).toBe('grün');
    writeFileSync(path, '\ufeffa: grün');
    expect(read()).toBe('grün');
  });

  it('comments count for nothing, and a text may be as long as a file', () => {
    expect(parseYaml(`a: 1\n${'# why\n'.repeat(100_000)}`, 'test')).toMatchObject({ ok: true });
    const path = join(folder, 'long.yaml');
    writeFileSync(path, `a: "${'}'.repeat(3_000_000)}"`);
    const { root } = resolveConfig({ configUris: [path], env: {}, warn: () => {} });
    expect(String(root.get('a'))).toHaveLength(3_000_000);
  });

  it('an anchor may be written again', () => {
    const parsed = parseYaml('a: &x 1\nb: &x {c: *x}', 'test');
    expect(parsed).toMatchObject({ ok: false, reason: expect.stringContaining('itself') });
    expect(parseYaml('a: &x 1\nb: &x 2\nc: *x', 'test')).toMatchObject({
      ok: true,
      value: new Map([
        ['a', 1],
        ['b', 2],
        ['c', 2],
      ]),
    });
  });

  it('a thousand uses of one anchor are fine', () => {
    const uses = Array.from({ length: 5000 }, (_, index) => `k${index}: *x`);
    expect(parseYaml(`x: &x {a: 1}\n${uses.join('\n')}`, 'test')).toMatchObject({ ok: true });
  });

  it('the first of several merged maps wins, and what is written out over both', () => {
    const text = 'a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: [*a, *b], x: 3, "<<": 4}';
    const parsed = parseYaml(text, 'test');
    const value = parsed.ok && parsed.value instanceof Map ? parsed.value.get('c') : undefined;
    expect(value).toEqual(
      new Map([
        ['x', 3],
        ['<<', 4],
        ['y', 1],
        ['z', 2],
      ]),
    );
  });
});
