import type { LogRecord } from '@sonde/backend/api-contract';
import { describe, expect, it } from 'vitest';
import { ansiPieces } from '../src/lib/logs/ansi.ts';
import { columnPx, columnsPxMin, columnValue } from '../src/lib/logs/columns.ts';
import {
  COLUMNS_DEFAULT,
  columnsParameter,
  logsScope,
  readLogFilters,
  readLogView,
  toggleColumn,
} from '../src/lib/logs/filters.ts';
import { jsonAt, jsonFields } from '../src/lib/logs/json-fields.ts';
import {
  hasTerm,
  placeIn,
  readDraft,
  splitTerms,
  termFor,
  withoutTerm,
  withTerm,
} from '../src/lib/logs/search-text.ts';
import { severityClass, severityName } from '../src/lib/logs/severity.ts';
import { tailRange } from '../src/lib/logs/tail-range.ts';

const record: LogRecord = {
  id: 'a',
  timeUnixNano: '17',
  observedTimeUnixNano: '18',
  service: 'cart',
  namespace: 'shop',
  environment: 'production',
  host: 'node-1',
  instance: 'cart-0',
  severityNumber: 17,
  severityText: 'Error',
  body: '{"order":{"id":42},"a.b":"dotted","list":[1]}',
  bodyBytes: 45,
  eventName: '',
  traceId: '',
  spanId: '',
  scopeName: '',
  attributes: [{ key: 'http.route', type: 'string', value: '/cart' }],
  resourceFingerprint: '',
};

describe('a search that the page writes', () => {
  it('quotes values that hold signs of the language', () => {
    expect(termFor('service', 'cart')).toBe('service:cart');
    expect(termFor('http.route', '/a b')).toBe('http.route:"/a b"');
    expect(termFor('msg', 'say "no"')).toBe('msg:"say \\"no\\""');
    expect(termFor('odd key', '1')).toBe('"odd key":1');
  });

  it('holds a term once, and not with its opposite', () => {
    expect(withTerm('', 'service:cart')).toBe('service:cart');
    expect(withTerm('timeout service:cart', 'service:cart')).toBe('timeout service:cart');
    expect(withTerm('timeout service:cart', '-service:cart')).toBe('timeout -service:cart');
    expect(withoutTerm('a "b c" d', '"b c"')).toBe('a d');
  });

  it('keeps what stands there together when it has an OR', () => {
    expect(withTerm('a OR b', 'level:error')).toBe('(a OR b) level:error');
    expect(withTerm('(a OR b)', 'level:error')).toBe('(a OR b) level:error');
  });

  it('is parted at spaces outside of quotes, brackets and regexps', () => {
    expect(splitTerms('a "b c" (d OR e) x:/f g/')).toEqual([
      'a',
      '"b c"',
      '(d OR e)',
      'x:/f',
      'g/',
    ]);
    expect(splitTerms('k:"b c" -d')).toEqual(['k:"b c"', '-d']);
    expect(hasTerm('a -k:"b c"', '-k:"b c"')).toBe(true);
  });

  it('is suggested for from what is typed last', () => {
    expect(readDraft('timeout serv')).toEqual({
      ...{ before: 'timeout ', lead: '', field: undefined, text: 'serv' },
    });
    expect(readDraft('a -(service:ca')).toEqual({
      ...{ before: 'a ', lead: '-(', field: 'service', text: 'ca' },
    });
  });

  it('is marked where a refusal points', () => {
    expect(placeIn('`q` at character 3: expected `)`, found the end')).toEqual({
      at: 2,
      problem: 'expected `)`, found the end',
    });
    expect(placeIn('the store does not answer')).toBeUndefined();
  });
});

describe('the escape sequences of a terminal', () => {
  const ESC = '\u001b';

  it('become pieces with a look', () => {
    expect(ansiPieces(`a${ESC}[1;31mred${ESC}[22m thin${ESC}[0m end`)).toEqual([
      { text: 'a', look: '' },
      { text: 'red', look: 'bold red' },
      { text: ' thin', look: 'red' },
      { text: ' end', look: '' },
    ]);
  });

  it('of many colours become the nearest hue, and others are left out', () => {
    const pieces = ansiPieces(`${ESC}[38;5;196mx${ESC}[38;2;20;40;220my${ESC}[2K${ESC}[39mz`);
    expect(pieces.map(({ text, look }) => `${text} ${look}`)).toEqual(['x red', 'y blue', 'z ']);
    expect(ansiPieces(`${ESC}]8;;http://a\u0007link${ESC}]8;;\u0007`)).toEqual([
      { text: 'link', look: '' },
    ]);
  });

  it('leave text without any as it is', () => {
    expect(ansiPieces('plain [31m')).toEqual([{ text: 'plain [31m', look: '' }]);
  });
});

describe('a body that is JSON', () => {
  it('has fields by their path', () => {
    expect(jsonFields(record.body)).toEqual([
      { key: 'order.id', type: 'int', value: '42' },
      { key: 'a.b', type: 'string', value: 'dotted' },
      { key: 'list', type: 'array', value: '[1]' },
    ]);
    expect(jsonFields('{"cut":')).toBeUndefined();
    expect(jsonFields('plain')).toBeUndefined();
  });

  it('is read at a path, or at a key with dots', () => {
    expect([jsonAt(record.body, 'order.id'), jsonAt(record.body, 'a.b')]).toEqual(['42', 'dotted']);
    expect(jsonAt(record.body, 'order.no')).toBe('');
  });
});

describe('what the page of logs shows', () => {
  it('has columns of the record, its attributes and its body', () => {
    const names = ['level', 'host', 'http.route', 'body.order.id', 'missing'];
    expect(names.map((name) => columnValue(record, name))).toEqual([
      ...['ERROR', 'node-1', '/cart', '42', ''],
    ]);
    expect([columnPx('level'), columnPx('http.route')]).toEqual([52, 140]);
    expect(columnsPxMin(['level'])).toBe(92 + 12 + 52 + 12 + 260 + 24);
  });

  it('has the columns that the URL names', () => {
    const view = (text: string) => readLogView(new URLSearchParams(text)).columns;
    expect(view('')).toEqual(COLUMNS_DEFAULT);
    expect(view('cols=none')).toEqual([]);
    expect(view('cols=host,http.route')).toEqual(['host', 'http.route']);
    expect(columnsParameter(toggleColumn(['level', 'service'], 'host'))).toBe('level,service,host');
    expect(columnsParameter(COLUMNS_DEFAULT)).toBeNull();
    expect(columnsParameter([])).toBe('none');
  });

  it('asks the API by what the URL says', () => {
    const filters = readLogFilters(new URLSearchParams('severity=13&q=timeout&trace=ab'));
    expect(logsScope(filters, { fromMs: 1, toMs: 2 })).toEqual({
      ...{ from: 1, to: 2, minSeverity: 13, q: 'timeout', traceId: 'ab' },
    });
  });

  it('names severities by their range', () => {
    expect(severityName(0)).toBe('');
    expect(severityName(9)).toBe('INFO');
    expect(severityName(24)).toBe('FATAL');
    expect([8, 13, 16, 17].map(severityClass)).toEqual(['other', 'warn', 'warn', 'error']);
  });
});

describe('where a live tail looks', () => {
  it('is said in whole milliseconds, back from the newest record', () => {
    const now = 1_800_000_100_000;
    expect(tailRange(undefined, now)).toEqual({ fromMs: now - 30_000, toMs: now });
    expect(tailRange({ timeUnixNano: '1800000000123456789' }, now)).toEqual({
      fromMs: 1_800_000_000_123 - 30_000,
      toMs: now,
    });
    // A sender whose clock is ahead does not move the tail past now.
    expect(tailRange({ timeUnixNano: '1800009999000000001' }, now).fromMs).toBe(now - 30_000);
  });
});
