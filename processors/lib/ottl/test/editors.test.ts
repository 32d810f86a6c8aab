import { describe, expect, it } from 'vitest';
import { SPANS } from '../src/program/ottl-context.ts';
import { apply, columnsOf, jsonOf } from './batch.ts';

/** Attributes as plain JSON: int64 as text. */
type Attributes = Readonly<Record<string, unknown>>;

function toAny(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'bigint') return { intValue: String(value) };
  if (typeof value === 'number') return { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAny) } };
  return { kvlistValue: { values: pairs(Object(value)) } };
}

function pairs(map: Attributes): object[] {
  return Object.entries(map).map(([key, value]) => ({ key, value: toAny(value) }));
}

function request(attributes: readonly object[]): object {
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a.b', attributes }] }] }] };
}

/** The attributes that statements make of others. */
function edited(before: Attributes, ...statements: string[]): unknown {
  const columns = columnsOf('traces', request(pairs(before)));
  return jsonOf(apply(SPANS, columns, statements));
}

function expectEdit(before: Attributes, statement: string, after: Attributes): void {
  const expected = jsonOf(columnsOf('traces', request(pairs(after))));
  expect(edited(before, statement)).toEqual(expected);
}

describe('set', () => {
  it('empties with nil what can be empty', () => {
    const columns = columnsOf('traces', request(pairs({ a: 'x', b: 'y' })));
    const edited = apply(SPANS, columns, ['set(span.attributes["a"], span.attributes["none"])']);
    const attributes = [{ key: 'a', value: {} }, ...pairs({ b: 'y' })];
    expect(jsonOf(edited)).toEqual(jsonOf(columnsOf('traces', request(attributes))));
    const time = apply(SPANS, columns, ['set(span.attributes["a"], span.start_time)']);
    expect(jsonOf(time)).toEqual(jsonOf(edited));
    expectEdit({ a: 'x' }, 'set(span.attributes, nil)', {});
    expectEdit({ a: 'x' }, 'set(span.cache, nil)', { a: 'x' });
    expect(() => apply(SPANS, columns, ['set(span.name, nil)'])).toThrow(
      'expects string but got <nil>',
    );
  });

  it('takes values of every type', () => {
    expectEdit({}, 'set(span.attributes["a"], {"b": [1, 2.5, true, "x"]})', {
      a: { b: [1n, 2.5, true, 'x'] },
    });
    expectEdit({ a: 'x' }, 'set(span.attributes["a"], "y") where span.attributes["none"] != nil', {
      a: 'x',
    });
    expectEdit({ a: 'x' }, 'set(span.attributes["b"], span.attributes)', {
      a: 'x',
      b: { a: 'x' },
    });
    expectEdit({ a: 'x', b: 'y' }, 'set(span.attributes, {"c": 1})', { c: 1n });
  });

  it('refuses what a path does not take', () => {
    expect(() => edited({}, 'set(span.name, 1)')).toThrow('expects string but got int64');
    expect(() => edited({}, 'set(span.status.code, "x")')).toThrow('expects int64 but got string');
    expect(() => edited({}, 'set(span.attributes, 1)')).toThrow(
      'expects pcommon.Map but got int64',
    );
    expect(() => edited({}, 'set(span.events, 1)')).toThrow('events cannot be set');
  });

  it('gives the batch itself when nothing is other than it was', () => {
    const columns = columnsOf('traces', request([]));
    expect(apply(SPANS, columns, ['set(span.name, "a.b")'])).toBe(columns);
    expect(apply(SPANS, columns, ['set(span.name, "x") where false'])).toBe(columns);
  });
});

describe('delete_key, delete_matching_keys, keep_keys and keep_matching_keys', () => {
  const some = { a: 1n, ab: 2n, c: 3n };

  it('remove what they say', () => {
    expectEdit(some, 'delete_key(span.attributes, "a")', { ab: 2n, c: 3n });
    expectEdit(some, 'delete_key(span.attributes, "none")', some);
    expectEdit(some, 'delete_matching_keys(span.attributes, "^a")', { c: 3n });
    expectEdit(some, 'keep_keys(span.attributes, ["c", "a", "x"])', { a: 1n, c: 3n });
    expectEdit(some, 'keep_keys(span.attributes, [])', {});
    expectEdit(some, 'keep_matching_keys(span.attributes, "b|c")', { ab: 2n, c: 3n });
  });

  it('remove every entry of a key that was sent twice', () => {
    const twice = request([...pairs({ a: 'x' }), ...pairs({ a: 'y' }), ...pairs({ b: 'z' })]);
    const columns = apply(SPANS, columnsOf('traces', twice), ['delete_key(span.attributes, "a")']);
    expect(jsonOf(columns)).toEqual(jsonOf(columnsOf('traces', request(pairs({ b: 'z' })))));
  });

  it('work on maps inside attributes and in the cache', () => {
    expectEdit({ m: { a: 1n, b: 2n } }, 'delete_key(span.attributes["m"], "a")', { m: { b: 2n } });
    const statements = [
      'set(span.cache["m"], span.attributes)',
      'delete_key(span.cache["m"], "a")',
      'merge_maps(span.attributes, span.cache["m"], "update")',
      'set(span.attributes["left"], span.cache["m"]["ab"])',
    ];
    expect(edited(some, ...statements)).toEqual(
      jsonOf(columnsOf('traces', request(pairs({ ...some, left: 2n })))),
    );
  });

  it('want a map', () => {
    expect(() => edited({ a: 1n }, 'delete_key(span.attributes["a"], "x")')).toThrow(
      'expected pcommon.Map but got int64',
    );
    expect(() => edited({}, 'delete_key(span.attributes["a"], "x")')).toThrow(
      'expected pcommon.Map but got nil',
    );
  });
});

describe('clear', () => {
  it('leaves the empty value of the same type', () => {
    expectEdit({ a: 'x' }, 'clear(span.attributes["a"])', { a: '' });
    expectEdit({ a: 5n }, 'clear(span.attributes["a"])', { a: 0n });
    expectEdit({ a: true }, 'clear(span.attributes["a"])', { a: false });
    expectEdit({ a: 'x' }, 'clear(span.attributes)', {});
  });
});

describe('limit and truncate_all', () => {
  it('keep the first keys, and those named', () => {
    const some = { a: 1n, b: 2n, c: 3n, d: 4n };
    expectEdit(some, 'limit(span.attributes, 2, [])', { a: 1n, b: 2n });
    expectEdit(some, 'limit(span.attributes, 2, ["d"])', { a: 1n, d: 4n });
    expectEdit(some, 'limit(span.attributes, 4, ["d"])', some);
    expectEdit(some, 'limit(span.attributes, 0, [])', {});
  });

  it('cut text by bytes, between characters', () => {
    expectEdit({ a: 'abcdef', b: 'ab', n: 123456n }, 'truncate_all(span.attributes, 3)', {
      a: 'abc',
      b: 'ab',
      n: 123456n,
    });
    expectEdit({ a: 'aäö' }, 'truncate_all(span.attributes, 4)', { a: 'aä' });
    expectEdit({ a: 'aäö' }, 'truncate_all(span.attributes, 0)', { a: '' });
  });

  it('refuse limits that make no sense', () => {
    expectEdit({ a: 'abcdef', b: 'abc' }, 'truncate_all(span.attributes, 5, true, "..")', {
      a: 'abc..',
      b: 'abc',
    });
    expectEdit({ a: 'aäö' }, 'truncate_all(span.attributes, 4, false)', { a: 'aä' });
    expect(() => edited({}, 'truncate_all(span.attributes, 1, truncation_marker = "...")')).toThrow(
      'length of marker 3 cannot be greater than limit 1',
    );
    expect(() => edited({}, 'truncate_all(span.attributes, -1)')).toThrow(
      'invalid limit for truncate_all function, -1 cannot be negative',
    );
    expect(() => edited({}, 'limit(span.attributes, 1, ["a", "b"])')).toThrow(
      'invalid limit for limit function, 1 cannot be less than number of priority attributes 2',
    );
    expect(() => edited({}, 'limit(span.attributes, -1, [])')).toThrow('cannot be negative');
  });
});

describe('flatten', () => {
  const deep = { a: { b: 'x', c: { d: 1n } }, l: ['p', { q: true }] };

  it('makes keys of maps and lists', () => {
    expectEdit(deep, 'flatten(span.attributes)', {
      'a.b': 'x',
      'a.c.d': 1n,
      'l.0': 'p',
      'l.1.q': true,
    });
    expectEdit(deep, 'flatten(span.attributes, "p", 1)', {
      'p.a.b': 'x',
      'p.a.c': { d: 1n },
      'p.l.0': 'p',
      'p.l.1': { q: true },
    });
    expectEdit(deep, 'flatten(span.attributes, depth=0)', deep);
  });

  it('keeps both of two keys that would be one, when it is asked to', () => {
    const both = { a: { b: 'x' }, 'a.b': 'y' };
    expectEdit(both, 'flatten(span.attributes)', { 'a.b': 'y' });
    expectEdit(both, 'flatten(span.attributes, resolveConflicts=true)', {
      'a.b': 'x',
      'a.b.0': 'y',
    });
    expectEdit(deep, 'flatten(span.attributes, resolveConflicts=true)', {
      'a.b': 'x',
      'a.c.d': 1n,
      l: 'p',
      'l.1.q': true,
    });
  });
});

describe('merge_maps', () => {
  const before = { a: 'old', b: 'b' };
  const source = '{"a": "new", "c": [1]}';

  it('inserts, updates or both', () => {
    expectEdit(before, `merge_maps(span.attributes, ${source}, "insert")`, { ...before, c: [1n] });
    expectEdit(before, `merge_maps(span.attributes, ${source}, "update")`, { a: 'new', b: 'b' });
    expectEdit(before, `merge_maps(span.attributes, ${source}, "upsert")`, {
      a: 'new',
      b: 'b',
      c: [1n],
    });
    expect(() => edited({}, `merge_maps(span.attributes, ${source}, "x")`)).toThrow(
      "invalid value for strategy, x, must be 'insert', 'update' or 'upsert'",
    );
  });
});

describe('append and delete_index', () => {
  it('lengthen and shorten lists', () => {
    expectEdit({ l: ['a'] }, 'append(span.attributes["l"], "b")', { l: ['a', 'b'] });
    expectEdit({ l: 'a' }, 'append(span.attributes["l"], values=[1, 2])', { l: ['a', 1n, 2n] });
    expectEdit({}, 'append(span.attributes["l"], "b", ["c"])', { l: ['b', 'c'] });
    const four = { l: ['a', 'b', 'c', 'd'] };
    expectEdit(four, 'delete_index(span.attributes["l"], 1)', { l: ['a', 'c', 'd'] });
    expectEdit(four, 'delete_index(span.attributes["l"], 1, 3)', { l: ['a', 'd'] });
    expectEdit(four, 'delete_index(span.attributes["l"], 0, 4)', { l: [] });
  });

  it('refuse what is out of bounds', () => {
    expect(() => edited({ l: ['a'] }, 'delete_index(span.attributes["l"], 1)')).toThrow(
      'startIndex 1 out of bounds for slice of length 1',
    );
    expect(() => edited({ l: ['a'] }, 'delete_index(span.attributes["l"], 0, 3)')).toThrow(
      'deletion range [0:3] out of bounds for slice of length 1',
    );
    expect(() => edited({}, 'append(span.attributes["l"])')).toThrow(
      "at least one of the optional arguments ('value' or 'values') must be provided",
    );
  });
});

describe('stringify_all', () => {
  it('makes text of every value', () => {
    expectEdit({ s: 'x', i: 1n, f: 1.5, b: true, m: { a: 1n } }, 'stringify_all(span.attributes)', {
      s: 'x',
      i: '1',
      f: '1.5',
      b: 'true',
      m: '{"a":1}',
    });
  });
});

describe('replace_pattern and replace_all_patterns', () => {
  const card = { a: 'id=12 id=34', n: 12n };

  it('replace every match, groups as Go expands them', () => {
    expectEdit(card, 'replace_pattern(span.attributes["a"], "id=(\\\\d+)", "<$$1>")', {
      a: '<$1> <$1>',
      n: 12n,
    });
    const braced = '$' + '{1}';
    expectEdit(card, `replace_pattern(span.attributes["a"], "id=(\\\\d+)", "<${braced}x>")`, {
      a: '<12x> <34x>',
      n: 12n,
    });
    expectEdit(card, 'replace_pattern(span.attributes["a"], "id=(?P<n>\\\\d)", "$n.$2")', {
      a: '1.2 3.4',
      n: 12n,
    });
    expectEdit(card, 'replace_pattern(span.attributes["n"], "1", "x")', card);
  });

  it('replace in values or in keys', () => {
    expectEdit(card, 'replace_all_patterns(span.attributes, "value", "\\\\d", "*")', {
      a: 'id=** id=**',
      n: 12n,
    });
    expectEdit(card, 'replace_all_patterns(span.attributes, "key", "^", "p.")', {
      'p.a': 'id=12 id=34',
      'p.n': 12n,
    });
    expect(() => edited({}, 'replace_all_patterns(span.attributes, "x", "a", "b")')).toThrow(
      "invalid mode x, must be either 'key' or 'value'",
    );
  });

  it('hand what they put in to a function first', () => {
    const call = 'replace_pattern(span.attributes["a"], "id=(\\\\d+)", "$1", Int)';
    expect(() => edited(card, call)).toThrow('the replacement value must be a string');
    expect(() => edited(card, call.replace('Int', 'Nope'))).toThrow('undefined function Nope');
    expect(() => edited(card, call.replace('Int', '"x"'))).toThrow('invalid function name given');
  });
});

describe('replace_match and replace_all_matches', () => {
  it('replace text that matches a glob as a whole', () => {
    expectEdit({ a: '/user/1', b: '/x' }, 'replace_match(span.attributes["a"], "/user/*", "U")', {
      a: 'U',
      b: '/x',
    });
    expectEdit(
      { a: 'cat', b: 'car', c: 'cats', d: 'c.t' },
      'replace_all_matches(span.attributes, "ca[!r]", "x")',
      { a: 'x', b: 'car', c: 'cats', d: 'c.t' },
    );
    expectEdit({ a: 'dog', b: 'cat' }, 'replace_all_matches(span.attributes, "{dog,c?t}", "$1")', {
      a: '$1',
      b: '$1',
    });
    const made = 'replace_match(span.attributes["a"], Concat(["d*", "g"], ""), "x")';
    expectEdit({ a: 'dog' }, made, { a: 'x' });
  });

  it('refuse what is no glob', () => {
    const call = 'replace_match(span.attributes["a"], "[a", "x")';
    expect(() => edited({}, call)).toThrow('is not a valid pattern: unclosed [');
    expect(() => edited({ a: '{' }, call.replace('"[a"', 'span.attributes["a"]'))).toThrow(
      'is not a valid pattern: unclosed {',
    );
  });
});
