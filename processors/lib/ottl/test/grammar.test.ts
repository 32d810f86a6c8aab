import { describe, expect, it } from 'vitest';
import { placeHint } from '../src/compile/statement.ts';
import { CompileError, EvaluationError } from '../src/errors.ts';
import { NESTING_MAX, STATEMENT_LENGTH_MAX } from '../src/grammar/limits.ts';
import { SPANS } from '../src/program/ottl-context.ts';
import { DurationValue, IdValue, TimeValue, type Value } from '../src/value/value.ts';
import { evaluate, holds } from './evaluate.ts';

describe('literals', () => {
  const LITERALS: readonly (readonly [text: string, value: Value])[] = [
    ['nil', null],
    ['true', true],
    ['false', false],
    ['0', 0n],
    ['-1', -1n],
    ['+1', 1n],
    ['9223372036854775807', 9223372036854775807n],
    ['-9223372036854775808', -9223372036854775808n],
    ['1.5', 1.5],
    ['.5', 0.5],
    ['-.5', -0.5],
    ['1.5e3', 1500],
    ['1.5E-3', 0.0015],
    ['"a\\"b\\\\c\\n\\t"', 'a"b\\c\n\t'],
    ['"\\x41\\u00e4\\U0001F600\\101"', 'Aä😀A'],
    ['""', ''],
    ['0x0aFF', Uint8Array.of(10, 255)],
    ['SEVERITY_NUMBER_WARN', 13n],
    ['[]', []],
    ['[1, "a", [nil]]', [1n, 'a', [null]]],
    ['{}', new Map()],
    [
      '{"a": 1, "b": {"c": [true]},}',
      new Map<string, Value>([
        ['a', 1n],
        ['b', new Map([['c', [true]]])],
      ]),
    ],
  ];

  it.each(LITERALS)('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });
});

describe('arithmetic', () => {
  const RESULTS: readonly (readonly [text: string, value: Value])[] = [
    ['1 + 2 * 3', 7n],
    ['(1 + 2) * 3', 9n],
    ['10 - 2 - 3', 5n],
    ['7 / 2', 3n],
    ['-7 / 2', -3n],
    ['7 / 2.0', 3.5],
    ['1 + 0.5', 1.5],
    ['-(1 + 2)', -3n],
    ['2 - -1', 3n],
    ['1-1', 0n],
    ['9223372036854775807 + 1', -9223372036854775808n],
    ['-9223372036854775808 - 1', 9223372036854775807n],
    ['4611686018427387904 * 4', 0n],
    ['-9223372036854775808 / -1', -9223372036854775808n],
    ['9007199254740993 + 0', 9007199254740993n],
    ['Int("5") + 1', 6n],
    ['attributes["n"] * 2', 8n],
  ];

  it.each(RESULTS)('%s', (text, value) => {
    expect(evaluate(text, { n: 4n })).toEqual(value);
  });

  it('takes times and durations', () => {
    const values = {
      t: new TimeValue(100n, '+02:00'),
      u: new TimeValue(70n),
      d: new DurationValue(5n),
    };
    const value = (text: string): Value =>
      evaluate(text.replace(/\b[tud]\b/g, 'attributes["$&"]'), values);
    expect(value('t - u')).toEqual(new DurationValue(30n));
    expect(value('t + d')).toEqual(new TimeValue(105n, '+02:00'));
    expect(value('d + t')).toEqual(new TimeValue(105n, '+02:00'));
    expect(value('t - d')).toEqual(new TimeValue(95n, '+02:00'));
    expect(value('d + d')).toEqual(new DurationValue(10n));
    expect(value('d - d')).toEqual(new DurationValue(0n));
    expect(() => value('t * d')).toThrow('only addition and subtraction supported');
    expect(() => value('t + u')).toThrow('time.Time must be added to time.Duration; found');
    expect(() => value('d - t')).toThrow('time.Duration must be subtracted from time.Duration');
    expect(() => value('t - 1')).toThrow('must be subtracted from time.Time; found 1 instead');
  });

  it.each([
    ['1 / 0', 'attempted to divide by 0'],
    ['1.0 / 0', 'attempted to divide by 0'],
    ['1 + attributes["s"]', 'x must be int64 or float64'],
    ['attributes["s"] + 1', 'x must be int64, float64, time.Time or time.Duration'],
    ['-attributes["s"]', 'unsupported unary minus operation on type string'],
  ])('%s fails while it runs', (text, message) => {
    expect(() => evaluate(text, { s: 'x' })).toThrow(new EvaluationError(message));
  });
});

describe('conditions', () => {
  it.each([
    ['true', true],
    ['not true', false],
    ['true or false and false', true],
    ['(true or false) and false', false],
    ['not false and false', false],
    ['not (false and false)', true],
    ['not 1 == 2', true],
    ['(1 + 2) * 2 == 6', true],
    ['((1 + 2) == 3) and (2 > 1)', true],
    ['IsMatch("abc", "^a")', true],
    ['not IsMatch("abc", "^a")', false],
    ['attributes["b"]', true],
    ['attributes["b"] and 1 < 2 or false', true],
  ] as const)('%s', (text, expected) => {
    expect(holds(text, { b: true })).toBe(expected);
  });

  it('stop at the first that decides', () => {
    expect(holds('false and 1 / 0 == 1')).toBe(false);
    expect(holds('true or 1 / 0 == 1')).toBe(true);
  });

  it('want a bool', () => {
    expect(() => holds('attributes["n"]', { n: 1n })).toThrow(EvaluationError);
  });
});

describe('comparisons', () => {
  const ID = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const VALUES: Readonly<Record<string, Value>> = {
    nil: null,
    yes: true,
    one: 1n,
    oneFloat: 1,
    two: 2n,
    nan: Number.NaN,
    a: 'a',
    b: 'b',
    bytes: Uint8Array.of(1),
    more: Uint8Array.of(1, 0),
    early: new TimeValue(1n),
    late: new TimeValue(2n, '+01:00'),
    short: new DurationValue(1n),
    long: new DurationValue(2n),
    list: [1n, 'a'],
    same: [1n, 'a'],
    map: new Map([['a', 1n]]),
    sameMap: new Map([['a', 1n]]),
    otherMap: new Map([['a', 2n]]),
    id: new IdValue('SpanID', ID),
    sameId: new IdValue('SpanID', ID.slice()),
    trace: new IdValue('TraceID', ID),
    big: 9007199254740993n,
    bigger: 9007199254740994n,
  };

  /** Which of == != < <= > >= hold. */
  const ORDERS: readonly (readonly [left: string, right: string, holding: string])[] = [
    ['one', 'oneFloat', '== <= >='],
    ['one', 'two', '!= < <='],
    ['two', 'oneFloat', '!= > >='],
    ['big', 'bigger', '!= < <='],
    ['one', 'nan', '!='],
    ['a', 'b', '!= < <='],
    ['a', 'a', '== <= >='],
    ['one', 'a', '!='],
    ['yes', 'one', '!='],
    ['yes', 'yes', '== <= >='],
    ['nil', 'none', '== <= >='],
    ['nil', 'one', '!='],
    ['one', 'nil', '!='],
    ['bytes', 'more', '!= < <='],
    ['bytes', 'a', '!='],
    ['early', 'late', '!= < <='],
    ['long', 'short', '!= > >='],
    ['short', 'one', '!='],
    ['list', 'same', '=='],
    ['list', 'one', '!='],
    ['map', 'sameMap', '=='],
    ['map', 'otherMap', '!='],
    ['id', 'sameId', '=='],
    ['id', 'trace', '!='],
  ];

  it.each(ORDERS)('of %s and %s: %s', (left, right, holding) => {
    const operators = ['==', '!=', '<', '<=', '>', '>='].filter((operator) =>
      holds(`attributes["${left}"] ${operator} attributes["${right}"]`, VALUES),
    );
    expect(operators.join(' ')).toBe(holding);
  });

  it('of text go by bytes, as Go has them', () => {
    expect(holds('"\uffff" < "\u{10000}"')).toBe(true);
  });
});

describe('keys', () => {
  const map = new Map<string, Value>([['l', ['x', 'y']]]);

  it('reach into maps and lists', () => {
    expect(evaluate('attributes["m"]["l"][1]', { m: map })).toBe('y');
    expect(evaluate('attributes["m"]["none"]', { m: map })).toBeNull();
    expect(evaluate('attributes["m"]["none"]["deeper"]', { m: map })).toBeNull();
    expect(evaluate('attributes["m"]["l"][attributes["i"] - 1]', { m: map, i: 1n })).toBe('x');
  });

  it.each([
    ['attributes["m"]["l"][2]', 'index 2 out of bounds'],
    ['attributes["m"]["l"][-1]', 'index -1 out of bounds'],
    [
      'attributes["m"]["l"]["a"]',
      "unable to resolve an integer index in slice: could not resolve key for map/slice, expecting 'int64' but got 'string'",
    ],
    [
      'attributes["m"][0]',
      "unable to resolve a string index in map: could not resolve key for map/slice, expecting 'string' but got 'int64'",
    ],
    ['attributes["m"]["l"][0]["x"]', 'type Str does not support string indexing'],
    ['Concat(["a"], "")[0]', 'type, string, does not support indexing'],
  ])('%s fails while it runs', (text, message) => {
    expect(() => evaluate(text, { m: map })).toThrow(new EvaluationError(message));
  });
});

describe('arguments', () => {
  it('are taken by position, then by name', () => {
    expect(evaluate('Concat(["a", "b"], delimiter="-")')).toBe('a-b');
    expect(evaluate('Concat(delimiter="-", values=["a", "b"])')).toBe('a-b');
  });

  it.each([
    ['Concat(delimiter="-", ["a"])', 'unnamed argument used after named argument'],
    ['Concat(["a"])', 'incorrect number of arguments. Expected: 2 Received: 1'],
    ['Concat(["a"], "-", 1)', 'incorrect number of arguments. Expected: 2 Received: 3'],
    ['Concat(["a"], sep="-")', 'no such parameter: sep'],
    [
      'Concat(["a", clear()], "-")',
      "converter names must start with an uppercase letter but got 'clear'",
    ],
    ['Concat(["a", Nope()], "-")', 'undefined function "Nope"'],
    ['Concat(["a", NOPE], "-")', 'enum symbol, NOPE, not found'],
    ['Concat(["a", nope["x"]], "-")', 'segment "nope" from path "nope[x]" is not a valid path'],
    ['Int(attributes.x)', 'the path section "x" was not used by the context'],
  ])('%s is refused', (text, message) => {
    expect(() => evaluate(text)).toThrow(CompileError);
    expect(() => evaluate(text)).toThrow(message);
  });
});

describe('texts that do not parse', () => {
  it.each([
    ['set(span.name, )', '1:16: unexpected token ")"'],
    ['set(span.name "x")', '1:15: unexpected token "\\"x\\"" (expected ",")'],
    ['set(span.name, "x") where', '1:26: unexpected token "<EOF>"'],
    ['set(span.name, "x") when true', '1:21: unexpected token "when" (expected <EOF>)'],
    ['set(span.name, "x") where span.name = "y"', '1:37: unexpected token "="'],
    ['set(span.name, "\\d")', '1:16: invalid quoted string'],
    ['set(span.name, 0x1)', 'odd length hex string'],
    ['set(span.flags, 9223372036854775808)', 'value out of range'],
    ['set(span.name, $x)', '1:16: invalid input text "$x)"'],
    ['span.name', '1:1: unexpected token "span" (expected an editor)'],
    ['', '1:1: unexpected token "<EOF>"'],
  ])('%s', (text, message) => {
    expect(() => SPANS.statement(text)).toThrow(message);
  });

  it.each([
    ['Set(span.name, "x")', "editor names must start with a lowercase letter but got 'Set'"],
    ['set(span.name, "x")["a"]', 'only paths and converters may be indexed, not editors'],
    ['set(span.nam, "x")', 'invalid argument at position 0: segment "nam" from path "span.nam"'],
    ['set(span.name["a"], "x")', 'the keys indexing "name" were not used by the context'],
    ['set("a", "x")', 'invalid argument at position 0: must be a path'],
    [
      'set(metric.name, "x")',
      'context "metric" from path "metric.name" is not valid, it must be replaced by one of: "resource", "scope"',
    ],
    ['limit(attributes, "1", [])', 'invalid argument at position 1: must be an int'],
  ])('%s', (text, message) => {
    expect(() => SPANS.statement(text)).toThrow(message);
  });

  it('say where', () => {
    const text = 'set(span.name,\n  Nope())';
    try {
      SPANS.statement(text);
      expect.unreachable();
    } catch (error) {
      if (!(error instanceof CompileError)) throw error;
      expect(error.message).toContain(`unable to parse OTTL statement ${JSON.stringify(text)}: `);
      expect(placeHint(text, error)).toBe('at 2:3, at Nope())');
    }
  });

  it('may be long and nested, up to a limit', () => {
    const nested = (depth: number): string => `${'('.repeat(depth)}1${')'.repeat(depth)}`;
    expect(evaluate(nested(NESTING_MAX - 2))).toBe(1n);
    expect(() => evaluate(nested(NESTING_MAX + 1))).toThrow(`nested deeper than ${NESTING_MAX}`);
    expect(() => holds(`${'('.repeat(200)}true${')'.repeat(200)}`)).toThrow('nested deeper than');
    expect(() => evaluate(`"${'x'.repeat(STATEMENT_LENGTH_MAX)}"`)).toThrow('is longer than');
  });
});
