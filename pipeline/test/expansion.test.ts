import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ConfigValue } from '../src/config/config-value.ts';
import { toPlain } from '../src/config/edit-value.ts';
import { expand } from '../src/config/expand.ts';
import { readValue } from '../src/config/read-value.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';
import { SourceError } from '../src/config/sources.ts';

/** Into fields: upstream's `confmap/internal/e2e/types_test.go`, case by case. */
const DATA = z
  .object({
    fields: z.array(z.tuple([z.string(), z.string(), z.unknown()])),
    refusedFields: z.array(z.tuple([z.string(), z.string(), z.string()])),
    texts: z.array(z.tuple([z.string(), z.record(z.string(), z.string()), z.unknown()])),
    refusedTexts: z.array(z.tuple([z.string(), z.record(z.string(), z.string()), z.string()])),
  })
  .parse(JSON.parse(readFileSync(new URL('testdata/expansion.json', import.meta.url), 'utf8')));

const SCHEMAS: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ['int', z.strictObject({ field: z.int() })],
  ['string', z.strictObject({ field: z.string() })],
  ['inline', z.strictObject({ field: z.string() })],
  ['bool', z.strictObject({ field: z.boolean() })],
  ['list', z.strictObject({ field: z.array(z.unknown()) })],
]);

function reference(name: string): string {
  return `\${env:${name}}`;
}

function readField(target: string, env: Record<string, string>): unknown {
  const whole = reference('ENV');
  const text = target === 'inline' ? `inline field with ${whole} expansion` : whole;
  const expanded = expand(new Map([['field', text]]), { env, warn: () => {} });
  const read = readValue(SCHEMAS.get(target) ?? z.never(), expanded);
  if (!read.ok) throw new Error(read.problems.map((problem) => problem.text).join());
  return Object.values(Object(read.config))[0];
}

function expandText(text: string, env: Record<string, string> = {}): unknown {
  return toPlain(expand(text, { env, warn: () => {} }));
}

describe('a reference to the environment', () => {
  it.each(DATA.fields)('%j into a field of type %s is %j', (value, target, expected) => {
    expect(readField(target, { ENV: value, VALUE: 'testreceiver' })).toEqual(expected);
  });

  it.each(DATA.fields)('through another one, %j into %s is %j', (value, target, expected) => {
    const env = { ENV: reference('ENV2'), ENV2: value, VALUE: 'testreceiver' };
    expect(readField(target, env)).toEqual(expected);
  });

  it.each(DATA.refusedFields)('%j into a field of type %s is refused', (value, target, text) => {
    expect(() => readField(target, { ENV: value })).toThrow(text);
    expect(() => readField(target, { ENV: reference('ENV2'), ENV2: value })).toThrow(text);
  });

  it.each(DATA.texts)('%j with %j is %j', (text, env, expected) => {
    expect(expandText(text, env)).toEqual(expected);
  });

  it.each(DATA.refusedTexts)('%j with %j is refused', (text, env, message) => {
    expect(() => expandText(text, env)).toThrow(SourceError);
    expect(() => expandText(text, env)).toThrow(message);
  });

  it('warns of a variable that is not set', () => {
    const warnings: unknown[] = [];
    const warn = (...warning: unknown[]): void => {
      warnings.push(warning);
    };
    expand(reference('NOPE'), { env: {}, warn });
    expect(warnings).toEqual([
      ['Configuration references unset environment variable', { name: 'NOPE' }],
    ]);
  });

  it('expands values and never keys', () => {
    const map: ConfigValue = new Map([[reference('X'), reference('X')]]);
    const expanded = expand(map, { env: { X: 'a' }, warn: () => {} });
    expect(toPlain(expanded)).toEqual({ [reference('X')]: 'a' });
  });

  it('gives whole sections, and their text to a string field', () => {
    const { root } = resolveConfig({
      configUris: [`yaml:a: ${reference('MAP')}`],
      env: { MAP: `# a comment with ${reference('X')}\nb:\n  c: detailed`, X: 'more' },
      warn: () => {},
    });
    expect(toPlain(root)).toEqual({ a: { b: { c: 'detailed' } } });
    expect(readValue(z.strictObject({ a: z.string() }), root)).toEqual({
      ok: true,
      config: { a: '# a comment with more\nb:\n  c: detailed' },
    });
  });

  it('types values deep inside by what their fields want', () => {
    const value = new Map([['field', [new Map([['key', [reference('VALUE')]]])]]]);
    const expanded = expand(value, { env: { VALUE: '1234' }, warn: () => {} });
    const texts = z.object({ field: z.array(z.record(z.string(), z.array(z.string()))) });
    const any = z.object({ field: z.array(z.record(z.string(), z.array(z.unknown()))) });
    expect(readValue(texts, expanded)).toMatchObject({ config: { field: [{ key: ['1234'] }] } });
    expect(readValue(any, expanded)).toMatchObject({ config: { field: [{ key: [1234] }] } });
  });
});
