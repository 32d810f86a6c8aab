import { describe, expect, it } from 'vitest';
import { toPlain } from '../src/config/edit-value.ts';
import { resolveConfig } from '../src/config/resolve-config.ts';

function merge(sources: readonly string[], appendLists = false): unknown {
  const configUris = sources.map((source) => `yaml:${source}`);
  return toPlain(resolveConfig({ configUris, env: {}, warn: () => {}, appendLists }).root);
}

describe('merging sources', () => {
  it.each([
    ['maps merge deeply', ['a: {b: {c: 1}}', 'a: {b: {d: 2}}'], { a: { b: { c: 1, d: 2 } } }],
    ['scalars are replaced', ['a: 1', 'a: 2'], { a: 2 }],
    ['lists are replaced', ['a: [1, 2]', 'a: [3]'], { a: [3] }],
    ['null erases', ['a: {b: 1}', 'a:'], { a: null }],
    ['a map replaces null', ['a:', 'a: {b: 1}'], { a: { b: 1 } }],
    ['a scalar replaces a map', ['a: {b: 1}', 'a: 2'], { a: 2 }],
    ['an empty map changes nothing', ['a: {b: 1}', 'a: {}'], { a: { b: 1 } }],
    ['keys with :: are nested', ['a::b: 1', 'a::c: 2'], { a: { b: 1, c: 2 } }],
    ['also within maps', ['a: {b::c: 1, b::d: 2}'], { a: { b: { c: 1, d: 2 } } }],
    ['but not within lists', ['a: [{b::c: 1}]'], { a: [{ 'b::c': 1 }] }],
  ])('%s', (_name, sources, expected) => {
    expect(merge(sources)).toEqual(expected);
  });

  it('appends lists of components without duplicates when the gate is on', () => {
    const first =
      'service: {extensions: [e], pipelines: {traces: {receivers: [a, b], ' +
      'processors: [p], exporters: [x]}}}';
    const second =
      'service: {extensions: [f], pipelines: {traces: {receivers: [b, c], ' +
      'processors: [q], exporters: [y]}}}';
    expect(merge([first, second], true)).toEqual({
      service: {
        extensions: ['e', 'f'],
        pipelines: {
          traces: { receivers: ['a', 'b', 'c'], processors: ['q'], exporters: ['x', 'y'] },
        },
      },
    });
    expect(merge([first, second])).toEqual({
      service: {
        extensions: ['f'],
        pipelines: { traces: { receivers: ['b', 'c'], processors: ['q'], exporters: ['y'] } },
      },
    });
  });
});
