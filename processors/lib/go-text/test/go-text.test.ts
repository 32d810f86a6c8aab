import { describe, expect, it } from 'vitest';
import {
  fieldsByHeader,
  goUrlText,
  hostName,
  hostPort,
  keyValuePairs,
  parseGoQuery,
  parseGoUrl,
  quoteGo,
  readCsvRow,
  splitOutsideQuotes,
  TextError,
  trimSpace,
} from '../src/index.ts';

describe('Splitting outside quotes', () => {
  it('takes quotes off and leaves empty pieces out', () => {
    expect(splitOutsideQuotes(`a="x y"  b='z' c`, ' ')).toEqual(['a=x y', 'b=z', 'c']);
    expect(splitOutsideQuotes('||a||b||', '||')).toEqual(['a', 'b']);
  });

  it('keeps a quote behind a backslash, and the backslash', () => {
    expect(splitOutsideQuotes('a=\\"b c', ' ')).toEqual(['a=\\"b', 'c']);
  });

  it('refuses a quote that is never closed', () => {
    expect(() => splitOutsideQuotes('a="b c', ' ')).toThrow(
      new TextError('never reached the end of a quoted value'),
    );
  });
});

describe('Key-value pairs', () => {
  it('are split at the first delimiter and trimmed; the later of two keys counts', () => {
    expect([...keyValuePairs([' a = b=c ', 'd=', 'a=2'], '=')]).toEqual([
      ['a', '2'],
      ['d', ''],
    ]);
  });

  it('name every pair that is none', () => {
    expect(() => keyValuePairs(['x', 'a=1', 'y'], '=')).toThrow(
      'cannot split "x" into 2 items, got 1 item(s); cannot split "y" into 2 items, got 1 item(s)',
    );
  });
});

describe('A row of CSV', () => {
  it('goes on over line ends, in quotes and outside', () => {
    expect(readCsvRow('a,"b\r\nc",d\ne,f', ',', false)).toEqual(['a', 'b\nc', 'd\ne', 'f']);
  });

  it('says where a quote is wrong, in bytes', () => {
    expect(() => readCsvRow('é"x', ',', false)).toThrow(
      'read csv line: parse error on line 1, column 3: bare " in non-quoted-field',
    );
    expect(() => readCsvRow('"a\nb"c', ',', false)).toThrow(
      'record on line 1; parse error on line 2, column 2: extraneous or missing " in quoted-field',
    );
  });

  it('has as many fields as there are headers', () => {
    expect([...fieldsByHeader(['x', 'y'], ['1', '2'])]).toEqual([
      ['x', '1'],
      ['y', '2'],
    ]);
    expect(() => fieldsByHeader(['x'], ['1', '2'])).toThrow(
      'wrong number of fields: expected 1, found 2',
    );
  });
});

describe('A URL', () => {
  it('is taken apart and put together again', () => {
    for (const text of [
      'http://u:p@host:80/a/b?x=1&y#z',
      'mailto:a@b.c',
      'file:///etc/hosts',
      '/path?q',
      'http://[::1]:8080/',
    ]) {
      expect(goUrlText(parseGoUrl(text))).toBe(text);
    }
  });

  it('has a host without port and brackets', () => {
    expect([hostName('[::1]:80'), hostPort('[::1]:80')]).toEqual(['::1', '80']);
    expect([hostName('example.com'), hostPort('example.com')]).toEqual(['example.com', '']);
  });

  it('is refused with a wrong escape or port', () => {
    expect(() => parseGoUrl('http://h/%zz')).toThrow(
      'parse "http://h/%zz": invalid URL escape "%zz"',
    );
    expect(() => parseGoUrl('http://h:x/')).toThrow('invalid port ":x" after host');
  });

  it('has a query of names and values', () => {
    expect([...parseGoQuery('a=1&b=x+y&a=%41&c')]).toEqual([
      ['a', ['1', 'A']],
      ['b', ['x y']],
      ['c', ['']],
    ]);
  });
});

describe('Text', () => {
  it('is quoted as Go quotes it', () => {
    expect(quoteGo('a"\n\u0001é\u{1f600}\u200b')).toBe('"a\\"\\n\\x01é\u{1f600}\\u200b"');
    expect(quoteGo('é', '"', true)).toBe('"\\u00e9"');
  });

  it('is trimmed of spaces, not of a byte order mark', () => {
    expect(trimSpace('\u0085 \t\ufeffx\u3000')).toBe('\ufeffx');
  });
});
