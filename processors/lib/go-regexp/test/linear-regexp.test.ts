import fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { GoRegexp } from '../src/index.ts';
import { linearRegexp } from '../src/linear-regexp.ts';

const ATOMS = ['a', 'b', '/', ' ', '\\.', '\\d', '\\w', '[0-9]', '[ab]', '[a-c1_]'] as const;
const atom: fc.Arbitrary<string> = fc.constantFrom(...ATOMS);
const counted: fc.Arbitrary<string> = fc
  .tuple(atom, fc.constantFrom('', '', '{1}', '{2}', '{3}'))
  .map((parts) => parts.join(''));
const open: fc.Arbitrary<string> = fc.oneof(
  atom.map((one) => `${one}+`),
  fc.constantFrom('[^/]+', '[^a1 ]+'),
);
const pattern: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '^'),
    fc.array(counted, { maxLength: 3 }),
    fc.oneof(counted, open),
    fc.constantFrom('', '$'),
  )
  .map((parts) => parts.flat().join(''));
const text: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('a', 'b', 'c', '1', '20', '/', ' ', '.', 'é', '😀', '\n', '_'))
  .map((parts) => parts.join(''));

describe('a pattern for the engine of JavaScript', () => {
  it('means what it means to RE2', () => {
    let taken = 0;
    fc.assert(
      fc.property(pattern, text, (source, input) => {
        const regexp = new GoRegexp(source);
        if (linearRegexp(source) !== undefined) taken++;
        const re2 = RE2JS.compile(source);
        expect(regexp.test(input)).toBe(re2.test(input));
        const expected = re2.matcher(input).replaceAll('<>');
        expect(regexp.replaceAll(input, () => '<>')).toBe(expected);
      }),
      { numRuns: 2000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  it.each([
    ['a.b'],
    ['(a+)+$'],
    ['[0-9]+$'],
    ['a+b'],
    ['a*'],
    ['a|b'],
    ['[^/]'],
    ['[^/]{2}'],
    ['(?i)a'],
    ['\\s'],
    ['\\pL'],
    ['é'],
    ['^'],
    [''],
  ])('is not made of %s, which might be another or slow', (source) => {
    expect(linearRegexp(source)).toBeUndefined();
  });
});
