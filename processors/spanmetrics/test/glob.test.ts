import { describe, expect, it } from 'vitest';
import { compileGlob, GlobError } from '../src/glob.ts';

describe('a pattern of keys', () => {
  it.each([
    ['k8s.*.name', 'k8s.pod.name', true],
    ['k8s.*.name', 'k8s.pod.label.name', false],
    ['db.**.name', 'db.a.b.name', true],
    ['http.?', 'http.x', true],
    ['http.?', 'http..', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['{http,rpc}.method', 'rpc.method', true],
    ['{http,rpc}.method', 'db.method', false],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a.b', 'axb', false],
    ['a+(b)', 'a+(b)', true],
  ])('%s and %s: %s', (pattern, key, matches) => {
    expect(compileGlob(pattern)(key)).toBe(matches);
  });

  it.each(['[a', '{a,b'])('%s is none', (pattern) => {
    expect(() => compileGlob(pattern)).toThrow(GlobError);
  });
});
