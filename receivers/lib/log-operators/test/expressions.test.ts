import { describe, expect, it } from 'vitest';
import { Program } from '../src/expr/program.ts';
import { OperatorError } from '../src/operator-error.ts';
import { toEntry } from './run-operators.ts';

const entry = toEntry({
  body: { message: 'Hello World', n: 5, list: [1, 'two'], nested: { k: 'v' } },
  attributes: { 'a.b': 'dotted', level: 'warn', ratio: 0.5 },
  resource: { host: 'h1' },
});
entry.severityText = 'WARN';
entry.severityNumber = 13;

function evaluate(text: string): unknown {
  const value = new Program(text).value(entry);
  return typeof value === 'bigint' ? Number(value) : value;
}

describe('an expression', () => {
  it.each<readonly [string, unknown]>([
    ['1 + 2 * 3', 7],
    ['(1 + 2) * 3', 9],
    ['2 ** 3 ** 2', 512],
    ['7 % 4 - -1', 4],
    ['7 / 2', 3.5],
    ['"a" + \'b\'', 'ab'],
    ['body.n == 5 and attributes.ratio == 0.5', true],
    ['body.n >= 5 && body.n < 6', true],
    ['body.n != 5 or false', false],
    ['not (body.n == 5)', false],
    ['!true || true', true],
    ['attributes["a.b"]', 'dotted'],
    ["attributes['a.b'] == 'dotted'", true],
    ['body.nested.k', 'v'],
    ['body.missing', null],
    ['body.missing?.deeper', null],
    ['body.missing ?? "default"', 'default'],
    ['body.list[1]', 'two'],
    ['body.list[-1]', 'two'],
    ['body.message[0:5]', 'Hello'],
    ['body.message matches "^Hello.*d$"', true],
    ['body.message not matches "^x"', true],
    ['body.message contains "lo W"', true],
    ['body.message startsWith "Hell" and body.message endsWith "ld"', true],
    ['attributes.level in ["warn", "error"]', true],
    ['attributes.level not in ["info"]', true],
    ['"level" in attributes', true],
    ['3 in 1..3', true],
    ['len(body.message) > 3 ? "long" : "short"', 'long'],
    ['upper(attributes.level) + lower("X")', 'WARNx'],
    ['trim("  x ") + trimPrefix("abc", "a") + trimSuffix("abc", "c")', 'xbcab'],
    ['split("a,b,c", ",")[2]', 'c'],
    ['join(["a", "b"], "-")', 'a-b'],
    ['replace("aXbX", "X", "-")', 'a-b-'],
    ['indexOf("hello", "l")', 2],
    ['int("12") + int(1.9)', 13],
    ['float("1.5")', 1.5],
    ['string(5) + "!"', '5!'],
    ['max(1, 3, 2) + min([4, 2])', 5],
    ['abs(-3) + ceil(1.2) + floor(1.8) + round(1.5)', 8],
    ['type(body) + type(1) + type(nil)', 'mapintnil'],
    ['first(body.list) == 1', true],
    ['toJSON(body.nested)', '{"k":"v"}'],
    ['fromJSON("[1,2]")[1]', 2],
    ['" x " | trim() | upper()', 'X'],
    ['severity_text == "WARN" and severity_number == 13', true],
    ['resource.host == "h1"', true],
    ['{"a": 1}.a', 1],
    ['`raw\\d` == "raw\\\\d"', true],
    ['nil == body.missing', true],
    ['true ? false ? 1 : 2 : 3', 2],
    ['0x10 + 1_000', 1016],
  ])('%s', (text, value) => {
    expect(evaluate(text)).toEqual(value);
  });

  it('reads the environment', () => {
    process.env['SONDE_TEST_NAME'] = 'here';
    expect(evaluate('env("SONDE_TEST_NAME")')).toBe('here');
  });

  it.each([
    ['body.message > 1', /invalid operation: string > int64/],
    ['body.missing.deeper', /cannot fetch deeper from <nil>/],
    ['body.n contains "x"', /contains of int64/],
    ['body.list[7]', /index out of range/],
    ['len(1)', /invalid argument for len/],
    ['repeat("x", 100000000)', /memory budget exceeded/],
  ])('%s fails on the entry', (text, message) => {
    expect(() => evaluate(text)).toThrow(OperatorError);
    expect(() => evaluate(text)).toThrow(message);
  });

  it.each([
    ['body ==', /unexpected token EOF/],
    ['"open', /literal not terminated/],
    ['1 2', /unexpected token number/],
    ['foo', /unknown name foo/],
    ['timestamp', /unknown name timestamp/],
    ['shuffle(body)', /function "shuffle" is not supported/],
    ['len()', /invalid number of arguments for len/],
    ['filter(body, # > 1)', /predicates \(#\) are not supported/],
    ['body.Foo()', /method "Foo" is not supported/],
    ['let x = 1; x', /"let" is not supported/],
    ['body matches "("', /error parsing regexp/],
    [`${'('.repeat(300)}1${')'.repeat(300)}`, /nested too deeply/],
  ])('%s is refused', (text, message) => {
    expect(() => new Program(text)).toThrow(message);
  });

  it('is no condition unless it is true or false', () => {
    expect(() => new Program('body.n').test(entry)).toThrow(/expected bool, but got int64/);
  });
});
