import { describe, expect, it } from 'vitest';
import { toPlain } from '../src/config/edit-value.ts';
import { parseYaml } from '../src/config/parse-yaml.ts';

function readYaml(text: string): unknown {
  const parsed = parseYaml(text, 'test');
  if (!parsed.ok) throw new Error(parsed.reason);
  return toPlain(parsed.value);
}

describe('YAML as Go yaml.v3 reads it', () => {
  it.each([
    ['0123', 83],
    ['-0123', -83],
    ['0o17', 15],
    ['0xdeadbeef', 3_735_928_559],
    ['0b101', 5],
    ['1_000', 1000],
    ['089', 89],
    ['0', 0],
    ['+12', 12],
    ['1.5', 1.5],
    ['1e3', 1000],
    ['.5', 0.5],
    ['.inf', Number.POSITIVE_INFINITY],
    ['-.INF', Number.NEGATIVE_INFINITY],
    ['true', true],
    ['False', false],
    ['~', null],
    ['', null],
    ['Null', null],
    ['yes', 'yes'],
    ['no', 'no'],
    ['on', 'on'],
    ['Off', 'Off'],
    ['y', 'y'],
    ['2023-03-20', '2023-03-20'],
    ['2023-03-20T03:17:55.432328Z', '2023-03-20T03:17:55.432328Z'],
    ['12:30:45', '12:30:45'],
    ['!!str 0123', '0123'],
    ['"0123"', '0123'],
    ['1.2.3', '1.2.3'],
    ['0x', '0x'],
  ])('%s is %j', (text, expected) => {
    expect(readYaml(text)).toEqual(expected);
  });

  it('resolves anchors and merge keys', () => {
    const text = 'base: &base {a: 1, b: 2}\nuse: {<<: *base, b: 3}';
    expect(readYaml(text)).toEqual({ base: { a: 1, b: 2 }, use: { a: 1, b: 3 } });
  });

  it('reads the first of several documents', () => {
    expect(readYaml('a: 1\n---\nb: 2')).toEqual({ a: 1 });
  });

  it('names the line of what is not YAML', () => {
    expect(parseYaml('a: 1\nb: [c', 'test')).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/^yaml: line 2: /),
    });
  });

  it.each([
    ['a: {b: {\n}}\nc: [\n1,\n2]\nd: 3\n', { a: { b: {} }, c: [1, 2], d: 3 }],
    ['a:\n    b: [{\n  c: 1\n}, {\n  c: 2\n}]\n', { a: { b: [{ c: 1 }, { c: 2 }] } }],
    [
      'a:\n  b: [\n q,\n# c\n  {r: s,\nt: u}\n]\n  e: 1\n',
      { a: { b: ['q', { r: 's', t: 'u' }], e: 1 } },
    ],
  ])('indents within braces and brackets as it likes: %j', (text, value) => {
    const parsed = parseYaml(text, 'test');
    expect(parsed.ok && toPlain(parsed.value)).toEqual(value);
  });

  it('ends braces at the end of the document', () => {
    expect(parseYaml('a: [1\n---\nb: 2', 'test')).toMatchObject({ ok: false });
  });

  it('refuses a key that is written twice', () => {
    expect(parseYaml('a: 1\na: 2', 'test')).toMatchObject({ ok: false });
  });

  it('refuses a document that unfolds without end', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const items =
        level === 0
          ? 'x, x'
          : Array(9)
              .fill(`*a${level - 1}`)
              .join(', ');
      return `a${level}: &a${level} [${items}]`;
    });
    expect(parseYaml(levels.join('\n'), 'test')).toMatchObject({ ok: false });
  });

  it('is not deceived by names of the language', () => {
    const parsed = parseYaml('__proto__: {polluted: 1}\nconstructor: 2', 'test');
    expect(parsed.ok && Object.keys(Object(toPlain(parsed.value)))).toEqual([
      '__proto__',
      'constructor',
    ]);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
