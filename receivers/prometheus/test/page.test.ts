import { describe, expect, it } from 'vitest';
import { parseNumber } from '../src/page/number-text.ts';
import { type PageSink, readPage } from '../src/page/read-page.ts';
import { parseSeries } from '../src/page/series-text.ts';

type Read = readonly (string | number | undefined)[];

function read(text: string, openMetrics = false): readonly Read[] {
  const found: Read[] = [];
  const sink: PageSink = {
    metadata: (kind, family, value) => found.push([kind, family, value]),
    sample: ({ page, start, end }, value, unixMs, line) => {
      found.push([page.toString('latin1', start, end), value, unixMs, line]);
      return {
        exemplar: ({ labelsText, value: of, unixMs: at }) => found.push([labelsText, of, at]),
      };
    },
  };
  readPage(Buffer.from(text), openMetrics, sink);
  return found;
}

describe('a page', () => {
  it('is read line by line, blanks and comments passed by', () => {
    expect(
      read(
        '\n# just words\n  # HELP a some\\nhelp\\\\\n#\tTYPE a counter\na 1\n\t b {c="}"} 2 1395066363000\na 3',
      ),
    ).toEqual([
      ['HELP', 'a', 'some\nhelp\\'],
      ['TYPE', 'a', 'counter'],
      ['a', 1, undefined, 5],
      ['b {c="}"}', 2, 1_395_066_363_000, 6],
      ['a', 3, undefined, 7],
    ]);
  });

  it('may have lines that end as on Windows', () => {
    expect(read('# TYPE a gauge\r\na 1\r\nb 2 3\r\n')).toEqual([
      ['TYPE', 'a', 'gauge'],
      ['a', 1, undefined, 2],
      ['b', 2, 3, 3],
    ]);
  });

  it('keeps bytes that are no ASCII in the key of a series', () => {
    const [[key]] = read('a{b="ü"} 1\n').map((each) => [String(each[0])]);
    const text = Buffer.from(key ?? '', 'latin1').toString('utf8');
    expect(parseSeries(text, 1).labels.get('b')).toBe('ü');
  });

  it('has exemplars and an end in OpenMetrics', () => {
    expect(read('a_total 1 2.5 # {x="y"} 0.5 3\nb 1 # {} 2\n# EOF\n', true)).toEqual([
      ['a_total', 1, 2500, 1],
      ['{x="y"}', 0.5, 3000],
      ['b', 1, undefined, 2],
      ['{}', 2, undefined],
    ]);
  });

  it.each([
    ['a\n', 'line 1: a series without a value'],
    ['a{b="c" 1\n', 'line 1: labels that do not end'],
    ['a x\n', 'line 1: a value that is no number: "x"'],
    ['a 1 2.5\n', 'line 1: a time that is none: "2.5"'],
    ['a 1 1e30\n', 'line 1: a time that is none: "1e30"'],
    ['a 1 2 3\n', 'line 1: unexpected text behind a sample: "3"'],
    ['b 1\na 1 # {x="y"} 1\n', 'line 2: unexpected text behind a sample: "#"'],
  ])('is refused where it is none: %j', (text, reason) => {
    expect(() => read(text)).toThrow(reason);
  });

  it.each([
    ['a 1\n', 'data does not end with # EOF'],
    ['# EOF\na 1\n', 'line 2: unexpected data after # EOF'],
    ['a 1 # x\n# EOF\n', 'line 1: an exemplar without labels'],
  ])('is refused where it is no OpenMetrics: %j', (text, reason) => {
    expect(() => read(text, true)).toThrow(reason);
  });
});

describe('the text of a series', () => {
  it.each([
    ['a', 'a', {}],
    ['a{}', 'a', {}],
    ['a{b="c",}', 'a', { b: 'c' }],
    ['a { b = "c" , d="" }', 'a', { b: 'c', d: '' }],
    ['a{b="x\\\\y\\"z\\n"}', 'a', { b: 'x\\y"z\n' }],
    ['{"a.b","c.d"="e"}', 'a.b', { 'c.d': 'e' }],
    ['{"a b"}', 'a b', {}],
    [':a:{b="c"}', ':a:', { b: 'c' }],
  ])('is a name and labels: %s', (text, name, labels) => {
    expect(parseSeries(text, 1)).toEqual({ name, labels: new Map(Object.entries(labels)) });
  });

  it.each(['a{b}', 'a{b=c}', 'a{b="c" d="e"}', 'a{b="c"}x', 'a{b="1",b="2"}', 'a{,}', '1a'])(
    'is refused where it is none: %s',
    (text) => {
      expect(() => parseSeries(text, 3)).toThrow('line 3: ');
    },
  );
});

describe('a number', () => {
  it('is the double that its text is nearest to', () => {
    const texts = [
      '0',
      '-0',
      '1',
      '-17',
      '+5',
      '0.1',
      '1.',
      '.5',
      '123456789.123456',
      '3.14159265358979',
      '999999999999999',
      '9007199254740993',
      '1e3',
      '1.5E-7',
      '1e400',
      '123456789012345678901234567890',
      '0.000001',
      '5e-324',
      '1.7976931348623157e308',
    ];
    for (const text of texts) {
      const page = Buffer.from(` ${text} `);
      expect(parseNumber(page, 1, 1 + text.length)).toBe(Number(text));
    }
    for (const [text, value] of [
      ['+Inf', Number.POSITIVE_INFINITY],
      ['-inf', Number.NEGATIVE_INFINITY],
      ['infinity', Number.POSITIVE_INFINITY],
      ['NaN', Number.NaN],
      ['0x1F', 31],
      ['', undefined],
      ['.', undefined],
      ['1_000', undefined],
      ['--1', undefined],
      ['1e', undefined],
    ] as const) {
      expect(parseNumber(Buffer.from(text), 0, text.length)).toBe(value);
    }
  });
});
