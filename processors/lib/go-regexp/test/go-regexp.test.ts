import { describe, expect, it } from 'vitest';
import { GoRegexp, GoRegexpError } from '../src/index.ts';

describe('a Go regular expression', () => {
  it('matches anywhere unless it is anchored', () => {
    expect(new GoRegexp('b+').test('abbc')).toBe(true);
    expect(new GoRegexp('^b').test('abbc')).toBe(false);
  });

  it('has the flags, classes and escapes of RE2', () => {
    expect(new GoRegexp('(?i)HELLO').test('say hello')).toBe(true);
    expect(new GoRegexp('\\A[[:alpha:]]+\\z').test('abc')).toBe(true);
    expect(new GoRegexp('\\pL+').test('käse')).toBe(true);
    expect(new GoRegexp('(?s)a.b').test('a\nb')).toBe(true);
    expect(new GoRegexp('a.b').test('a\nb')).toBe(false);
  });

  it('puts a text in place of every match as it is', () => {
    for (const pattern of ['/[0-9]+', '/(\\d+|x*y)']) {
      expect(new GoRegexp(pattern).replaceAllLiteral('/a/17/b/4', '/$&$1')).toBe('/a/$&$1/b/$&$1');
    }
  });

  it.each(['a(?=b)', '(?<=a)b', '(a)\\1', 'a{1001}', '(', '*a'])('refuses %s', (pattern) => {
    expect(() => new GoRegexp(pattern)).toThrow(GoRegexpError);
    expect(() => new GoRegexp(pattern)).toThrow(/^error parsing regexp: \S/);
  });

  it('takes no time with what stops a backtracking engine', () => {
    const started = process.cpuUsage();
    expect(new GoRegexp('^(a+)+$').test(`${'a'.repeat(20_000)}b`)).toBe(false);
    const { user, system } = process.cpuUsage(started);
    expect(user + system).toBeLessThan(5_000_000);
  });

  it('names its groups and gives them, empty where one took no part', () => {
    const regexp = new GoRegexp('^(?P<method>[A-Z]+) (?P<path>/\\S*)(?P<rest>x)?$');
    expect(regexp.groupNames).toEqual(['method', 'path', 'rest']);
    expect(regexp.findGroups('GET /cart')).toEqual(['GET', '/cart', '']);
    expect(regexp.findGroups('nothing')).toBeUndefined();
    expect(new GoRegexp('(a)(?P<b>b)').groupNames).toEqual(['', 'b']);
  });

  it('replaces every match', () => {
    expect(new GoRegexp('4[0-9]{3}').replaceAll('a 4111 b 4222', () => '****')).toBe(
      'a **** b ****',
    );
    // As Go: the empty match behind the whole one is none.
    expect(new GoRegexp('.*').replaceAll('secret', () => '****')).toBe('****');
    expect(new GoRegexp('.*').replaceAll('', () => '****')).toBe('****');
    expect(new GoRegexp('x*').replaceAll('ab', () => '-')).toBe('-a-b-');
  });

  it('finds where a match lies, and the groups of what it replaces', () => {
    expect(new GoRegexp('b+').find('abba abb', 4)).toEqual({ start: 6, end: 8 });
    expect(new GoRegexp('b+').find('aaa')).toBeUndefined();
    expect(new GoRegexp('^a').find('ba', 1)).toBeUndefined();
    const swapped = new GoRegexp('(\\w)=(\\w)').replaceAll('a=b c=d', (_, group) => {
      return `${group(2)}=${group(1)}`;
    });
    expect(swapped).toBe('b=a d=c');
  });

  it('lets several groups have one name, as Go does', () => {
    const regexp = new GoRegexp('(?P<x>a)[(?P<x>](?<x>b)(?P<y>\\(?P<x>c)');
    expect(regexp.groupNames).toEqual(['x', 'x', 'y']);
    expect(regexp.findGroups('a?b(P<x>c')).toEqual(['a', 'b', '(P<x>c']);
    expect(new GoRegexp('(?P<x>a)(?P<x>b)').findGroups('ab')).toEqual(['a', 'b']);
  });
});
