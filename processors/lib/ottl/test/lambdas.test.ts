import { describe, expect, it } from 'vitest';
import type { Value } from '../src/value/value.ts';
import { evaluate, holds } from './evaluate.ts';

const TAGS = { tags: ['prod', 'eu', 'prod'], counts: [1n, 2n, 3n] };
const MAP: Readonly<Record<string, Value>> = {
  m: new Map<string, Value>([
    ['http.method', 'GET'],
    ['http.status', 200n],
    ['user', 'ann'],
  ]),
};

describe('a lambda', () => {
  it('is asked for each element of a list or map', () => {
    expect(evaluate('All(attributes["tags"], (_, v) => v == "prod")', TAGS)).toBe(false);
    expect(evaluate('All(attributes["tags"], (i, v) => i < 3 and v != "")', TAGS)).toBe(true);
    expect(holds('Any(attributes["tags"], (_, v) => v == "eu")', TAGS)).toBe(true);
    expect(holds('Any(attributes["m"], (k, _) => HasPrefix(k, "rpc."))', MAP)).toBe(false);
    expect(evaluate('All([], (_, v) => v == 1)')).toBe(true);
    expect(evaluate('Any([], (_, v) => true)')).toBe(false);
  });

  it('chooses, changes and renames elements', () => {
    expect(evaluate('Filter(attributes["tags"], (_, v) => v == "prod")', TAGS)).toEqual([
      'prod',
      'prod',
    ]);
    expect(evaluate('Filter(attributes["m"], (k, _) => IsMatch(k, "^http"))', MAP)).toEqual(
      new Map<string, Value>([
        ['http.method', 'GET'],
        ['http.status', 200n],
      ]),
    );
    expect(evaluate('MapEach(attributes["counts"], (i, v) => Int(v) * 2 + i)', TAGS)).toEqual([
      2n,
      5n,
      8n,
    ]);
    const prefixed = evaluate('MapKeys(attributes["m"], (k, _) => Concat(["a", k], "."))', MAP);
    expect(prefixed instanceof Map && [...prefixed.keys()]).toEqual([
      'a.http.method',
      'a.http.status',
      'a.user',
    ]);
  });

  it('finds and folds', () => {
    expect(evaluate('Find(attributes["m"], (_, v) => v == "ann", (k, _) => k)', MAP)).toBe('user');
    expect(evaluate('Find(attributes["tags"], (i, _) => i == 1)', TAGS)).toBe('eu');
    expect(evaluate('Find(attributes["tags"], (_, v) => v == "us")', TAGS)).toBeNull();
    expect(evaluate('Reduce(attributes["counts"], 0, (acc, _, v) => acc + Int(v))', TAGS)).toBe(6n);
    expect(evaluate('Reduce([], "x", (acc, _, v) => v)')).toBe('x');
    expect(evaluate('When(() => attributes["counts"][0] > 0, "yes", "no")', TAGS)).toBe('yes');
    expect(evaluate('When(() => not IsMap(attributes["m"]), "yes", "no")', MAP)).toBe('no');
  });

  it('sees the parameters of lambdas around it, the innermost first', () => {
    const values = { a: [1n, 2n], b: [2n, 3n] };
    const inner = 'Any(attributes["b"], (_, inner) => inner == outer)';
    expect(evaluate(`Filter(attributes["a"], (_, outer) => ${inner})`, values)).toEqual([2n]);
    const shadowed =
      'MapEach(attributes["a"], (_, v) => Reduce(attributes["b"], 0, (s, _, v) => s + v) + v)';
    expect(evaluate(shadowed, values)).toEqual([6n, 7n]);
  });

  it('reads keys behind its parameters', () => {
    const values = { l: [new Map<string, Value>([['n', ['x', 'y']]])] };
    expect(evaluate('MapEach(attributes["l"], (_, v) => v["n"][1])', values)).toEqual(['y']);
    expect(() => evaluate('MapEach(["x"], (_, v) => v["n"])')).toThrow(
      'cannot index local identifier "v"',
    );
  });

  it.each([
    ['All(attributes["t"], (v) => true)', 'should be defined with exactly 2 formal(s), but has 1'],
    [
      'Find([1], (a, b) => true, () => 1)',
      'invalid mapper: lambda should be defined with exactly 2',
    ],
    ['All([1], true)', 'must be a lambda expression'],
    ['All([1], (a, a) => true)', 'duplicate local identifier "a"'],
    ['All([1], (a, b) => (c) => true)', 'cannot result into another lambda expression'],
    ['Len((a) => a)', 'lambda expression is not a value'],
    ['All([1], (a, b) => c == 1)', 'segment "c" from path "c" is not a valid path'],
  ])('%s is refused', (text, reason) => {
    expect(() => evaluate(text)).toThrow(reason);
  });

  it.each([
    ['All("x", (_, v) => true)', 'unsupported type provided: string'],
    [
      'All(["a"], (_, v) => v)',
      'error while evaluating lambda function on slice item (0, a): ' +
        'lambda expression must return a value of type bool, got string',
    ],
    ['When(() => 1, 1, 2)', 'lambda expression must return a value of type bool, got int64'],
    ['MapKeys({"a": 1}, (k, v) => v)', 'must return a value of type string, got int64'],
  ])('%s fails', (text, reason) => {
    expect(() => evaluate(text)).toThrow(reason);
  });
});
