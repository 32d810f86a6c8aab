import { describe, expect, it } from 'vitest';
import { CompileError, EvaluationError } from '../src/errors.ts';
import { evaluate, holds } from './evaluate.ts';

describe('Concat', () => {
  it('joins its values as text, nil as <nil>', () => {
    const values = { s: 'a', i: 1n, f: 0.5, b: true, h: Uint8Array.of(0, 255), n: null };
    const list = Object.keys(values).map((name) => `attributes["${name}"]`);
    expect(evaluate(`Concat([${list.join(', ')}], ",")`, values)).toBe('a,1,0.5,true,00ff,<nil>');
  });

  it('writes maps as JSON, their keys sorted', () => {
    const map = new Map([
      ['b', 1n],
      ['a', 2n],
    ]);
    expect(evaluate('Concat([attributes["m"]], "")', { m: map })).toBe('{"a":2,"b":1}');
  });

  it('wants a list, wherever it comes from', () => {
    expect(evaluate('Concat(attributes["l"], ",")', { l: ['a', 1n] })).toBe('a,1');
    expect(() => evaluate('Concat("a", ",")')).toThrow(
      new EvaluationError('expected a slice, got string'),
    );
  });

  it('is refused when the delimiter is written as no string', () => {
    expect(() => evaluate('Concat(["a"], 1)')).toThrow(CompileError);
    expect(() => evaluate('Concat(["a"], 1)')).toThrow(
      'error while parsing arguments for call to "Concat": invalid argument at position 1: ' +
        'expected string but got int64',
    );
  });
});

describe('Int', () => {
  it('converts numbers, texts and bools; text that is none is refused', () => {
    expect(evaluate('Int("-12")')).toBe(-12n);
    expect(evaluate('Int(2.9)')).toBe(2n);
    expect(evaluate('Int(true)')).toBe(1n);
    expect(evaluate('Int(nil)')).toBeNull();
    expect(() => evaluate('Int(attributes["x"])', { x: '1.5' })).toThrow(
      new EvaluationError('strconv.ParseInt: parsing "1.5": invalid syntax'),
    );
    expect(() => evaluate('Int({})')).toThrow('unsupported type: pcommon.Map');
  });

  it('is exact up to the ends of 64 bits', () => {
    expect(evaluate('Int("9223372036854775807")')).toBe(9223372036854775807n);
    expect(() => evaluate('Int("9223372036854775808")')).toThrow('value out of range');
  });
});

describe('IsMatch', () => {
  it('matches anywhere in the text of any value', () => {
    expect(holds('IsMatch(attributes["x"], "^4..$")', { x: 404n })).toBe(true);
    expect(holds('IsMatch(attributes["x"], "b+")', { x: 'abbc' })).toBe(true);
    expect(holds('IsMatch(attributes["none"], ".*")')).toBe(false);
  });

  it('refuses a pattern that Go refuses, when it is written down', () => {
    expect(() => evaluate('IsMatch("a", "(")')).toThrow(CompileError);
    expect(() => evaluate('IsMatch("a", "(")')).toThrow(
      `the regex pattern supplied to IsMatch '"("' is not a valid pattern: error parsing regexp: missing closing ): \`(\``,
    );
  });

  it('fails while it runs when data brings such a pattern', () => {
    expect(() => evaluate('IsMatch("a", attributes["p"])', { p: '(' })).toThrow(EvaluationError);
  });
});
