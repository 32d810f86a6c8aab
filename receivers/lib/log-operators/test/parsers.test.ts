import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { type PlainEntry, runOperators } from './run-operators.ts';

type Case = readonly [name: string, operator: object, body: unknown, result: PlainEntry];

const cases: readonly Case[] = [
  [
    'json_parser',
    { type: 'json_parser' },
    '{"a":"b","n":1.5,"deep":{"list":[true,null]}}',
    { attributes: { a: 'b', n: 1.5, deep: { list: [true, null] } } },
  ],
  [
    'json_parser into the body',
    { type: 'json_parser', parse_to: 'body' },
    '{"a":"b"}',
    { body: { a: 'b' } },
  ],
  [
    'json_parser with a time and a severity',
    {
      type: 'json_parser',
      timestamp: { parse_from: 'attributes.at', layout: '%Y-%m-%d %H:%M:%S', location: 'UTC' },
      severity: { parse_from: 'attributes.level' },
    },
    '{"at":"2026-02-03 04:05:06","level":"warning"}',
    {
      attributes: { at: '2026-02-03 04:05:06', level: 'warning' },
      timestamp: '2026-02-03T04:05:06Z',
      severity: 13,
      severityText: 'warning',
    },
  ],
  [
    'json_array_parser',
    { type: 'json_array_parser', parse_to: 'body' },
    '["a",1,true]',
    { body: ['a', 1, true] },
  ],
  [
    'regex_parser',
    {
      type: 'regex_parser',
      regex: '^Host=(?P<host>[^,]+), Type=(?P<type>.*)$',
      cache: { size: 2 },
    },
    'Host=127.0.0.1, Type=HTTP',
    { attributes: { host: '127.0.0.1', type: 'HTTP' } },
  ],
  [
    'csv_parser',
    { type: 'csv_parser', header: 'id,level,message' },
    '1,debug,"say ""hi"", all"',
    { attributes: { id: '1', level: 'debug', message: 'say "hi", all' } },
  ],
  [
    'csv_parser with lazy quotes and tabs',
    { type: 'csv_parser', header: 'a\tb', delimiter: '\t', lazy_quotes: true },
    'x "y" z\t"q"r"',
    { attributes: { a: 'x "y" z', b: 'q"r' } },
  ],
  [
    'csv_parser without quotes',
    {
      type: 'csv_parser',
      header: 'a|b',
      header_delimiter: '|',
      delimiter: ';',
      ignore_quotes: true,
    },
    '"x;y"',
    { attributes: { a: '"x', b: 'y"' } },
  ],
  [
    'key_value_parser',
    { type: 'key_value_parser' },
    'name=stanza  text="two words" empty=',
    { attributes: { name: 'stanza', text: 'two words', empty: '' } },
  ],
  [
    'key_value_parser with delimiters of two characters',
    { type: 'key_value_parser', delimiter: ':', pair_delimiter: '!!' },
    'a:1!!b:x y!!c:http://z',
    { attributes: { a: '1', b: 'x y', c: 'http://z' } },
  ],
  [
    'uri_parser',
    { type: 'uri_parser' },
    'https://dev:pass@example.com:8443/app%20x?user_id=2&token=001&token=a+b',
    {
      attributes: {
        scheme: 'https',
        user: 'dev',
        host: 'example.com',
        port: '8443',
        path: '/app x',
        query: { user_id: ['2'], token: ['001', 'a b'] },
      },
    },
  ],
  [
    'uri_parser of a query',
    { type: 'uri_parser' },
    '?env=stage&env=dev',
    { attributes: { query: { env: ['stage', 'dev'] } } },
  ],
  [
    'uri_parser of a path, as requests have it',
    { type: 'uri_parser' },
    '//a/b c?q=1#f&bad=%zz',
    { attributes: { path: '//a/b c', query: { q: ['1#f'] } } },
  ],
  [
    'uri_parser of what has no path',
    { type: 'uri_parser' },
    'mailto:dev@example.com',
    { attributes: { scheme: 'mailto' } },
  ],
  [
    'scope_name_parser',
    { type: 'scope_name_parser', parse_from: 'body' },
    'com.example.Foo',
    { scope: 'com.example.Foo' },
  ],
  [
    'syslog_parser of RFC 5424',
    { type: 'syslog_parser', protocol: 'rfc5424' },
    '<165>1 2026-01-02T03:04:05.000003+01:00 host app 111 ID47 [a@1 k="v\\"w" l="m"][b x="y"] hello all',
    {
      attributes: {
        priority: 165,
        facility: 20,
        facility_text: 'local4',
        version: 1,
        hostname: 'host',
        appname: 'app',
        proc_id: '111',
        msg_id: 'ID47',
        message: 'hello all',
        structured_data: { 'a@1': { k: 'v"w', l: 'm' }, b: { x: 'y' } },
      },
      timestamp: '2026-01-02T02:04:05.000003Z',
      severity: 10,
      severityText: 'notice',
    },
  ],
  [
    'syslog_parser with octet counting',
    { type: 'syslog_parser', protocol: 'rfc5424', enable_octet_counting: true },
    '17 <34>1 - - - - - -',
    {
      attributes: { priority: 34, facility: 4, facility_text: 'auth', version: 1 },
      severity: 18,
      severityText: 'crit',
    },
  ],
  [
    'container of docker',
    { type: 'container', add_metadata_from_filepath: false },
    '{"log":"INFO: line","stream":"stderr","time":"2026-03-30T08:31:20.545192187Z"}',
    {
      body: 'INFO: line',
      attributes: { 'log.iostream': 'stderr' },
      timestamp: '2026-03-30T08:31:20.545192187Z',
    },
  ],
];

describe('a parser', () => {
  it.each(cases)('%s', (_, operator, body, result) => {
    const logger = new RecordingLogger();
    const [parsed] = runOperators([operator], [{ body }], logger);
    expect(logger.lines).toEqual([]);
    expect(parsed).toEqual({ body, ...result });
  });

  it('of syslog reads RFC 3164 in its location', () => {
    const year = new Date().getUTCFullYear();
    const [entry] = runOperators(
      [{ type: 'syslog_parser', protocol: 'rfc3164', location: 'Europe/Berlin' }],
      [{ body: '<34>Jan  1 12:34:56 mymachine su[231]: failed for user' }],
    );
    expect(entry).toEqual({
      body: '<34>Jan  1 12:34:56 mymachine su[231]: failed for user',
      attributes: {
        priority: 34,
        facility: 4,
        facility_text: 'auth',
        hostname: 'mymachine',
        appname: 'su',
        proc_id: '231',
        message: 'failed for user',
      },
      timestamp: `${year}-01-01T11:34:56Z`,
      severity: 18,
      severityText: 'crit',
    });
  });

  it('of syslog takes messages without a priority when it may', () => {
    const operator = { type: 'syslog_parser', protocol: 'rfc3164', allow_skip_pri_header: true };
    const [entry] = runOperators([operator], [{ body: 'Jan  1 00:00:00 host app: hello' }]);
    expect(entry?.attributes).toEqual({ hostname: 'host', appname: 'app', message: 'hello' });
    expect(entry?.severity).toBeUndefined();
  });

  it('of container logs joins what was cut, stream by stream, and names the pod', () => {
    const path = '/var/log/pods/ns_web-7d_49cc7c1fd3702c40b2686ea7486091d6/nginx/1.log';
    const line = (text: string): PlainEntry => ({
      body: `2026-06-22T10:27:25.813799277Z ${text}`,
      attributes: { 'log.file.path': path },
    });
    const entries = runOperators(
      [{ type: 'container' }],
      [
        line('stdout P first ha'),
        line('stderr F other'),
        line('stdout F lf'),
        line('stdout P never ended'),
      ],
    );
    expect(entries.map(({ body }) => body)).toEqual(['other', 'first half', 'never ended']);
    expect(entries[1]).toEqual({
      body: 'first half',
      attributes: { 'log.file.path': path, 'log.iostream': 'stdout', logtag: 'P' },
      resource: {
        'k8s.namespace.name': 'ns',
        'k8s.pod.name': 'web-7d',
        'k8s.pod.uid': '49cc7c1fd3702c40b2686ea7486091d6',
        'k8s.container.name': 'nginx',
        'k8s.container.restart_count': '1',
      },
      timestamp: '2026-06-22T10:27:25.813799277Z',
    });
  });

  it('of container logs knows the offset of CRI-O', () => {
    const operators = [{ type: 'container', add_metadata_from_filepath: false, format: 'crio' }];
    const [entry] = runOperators(operators, [
      { body: '2026-04-13T07:59:37.505201169-05:00 stdout F crio line' },
    ]);
    expect(entry?.timestamp).toBe('2026-04-13T12:59:37.505201169Z');
  });

  it('reads what stands behind a section that fails', () => {
    const operator = {
      type: 'json_parser',
      timestamp: { parse_from: 'attributes.at', layout: '%Y' },
      severity: { parse_from: 'attributes.level' },
    };
    const logger = new RecordingLogger();
    const [entry] = runOperators([operator], [{ body: '{"at":"bad","level":"error"}' }], logger);
    expect(entry).toMatchObject({ severity: 17, severityText: 'error' });
    expect(logger.lines).toHaveLength(1);
  });

  it('of traces reads ids and flags', () => {
    const [entry] = runOperators(
      [{ type: 'trace_parser', trace_id: { parse_from: 'attributes.trace' } }],
      [
        {
          body: { span_id: '00f067aa0ba902b7', trace_flags: '01' },
          attributes: { trace: '4bf92f3577b34da6a3ce929d0e0e4736' },
        },
      ],
    );
    expect(entry).toMatchObject({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
      flags: 1,
    });
  });

  it.each<readonly [object, string]>([
    [{ type: 'json_parser' }, 'no json'],
    [{ type: 'json_parser' }, '[1]'],
    [{ type: 'json_parser' }, `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
    [{ type: 'regex_parser', regex: '^(?P<a>x)$' }, 'y'],
    [{ type: 'csv_parser', header: 'a,b' }, '1,2,3'],
    [{ type: 'csv_parser', header: 'a,b' }, '1,"2'],
    [{ type: 'key_value_parser' }, 'nothing'],
    [{ type: 'key_value_parser' }, 'a="b'],
    [{ type: 'uri_parser' }, 'two words'],
    [{ type: 'uri_parser' }, '::bad::'],
    [{ type: 'uri_parser' }, 'a/b'],
    [{ type: 'syslog_parser', protocol: 'rfc5424' }, '<200>1 - - - - - -'],
    [{ type: 'syslog_parser', protocol: 'rfc5424' }, 'hello'],
    [{ type: 'syslog_parser', protocol: 'rfc3164' }, '<1>Feb 30 00:00:00 h a: x'],
    [{ type: 'container' }, 'hello'],
    [{ type: 'time_parser', parse_from: 'body', layout: '%Y' }, 'never'],
  ])('%o leaves %s as it is and says so', (operator, body) => {
    const logger = new RecordingLogger();
    expect(runOperators([operator], [{ body }], logger)).toEqual([{ body }]);
    expect(logger.lines).toEqual([
      expect.objectContaining({ level: 'warn', message: 'Failed to process entry' }),
    ]);
  });
});

describe('a severity', () => {
  const severity = (value: unknown, config: object = {}): readonly unknown[] => {
    const operator = { type: 'severity_parser', parse_from: 'body', ...config };
    const [entry] = runOperators([operator], [{ body: value }]);
    return [entry?.severity ?? 0, entry?.severityText];
  };

  it('is known by the words of the presets', () => {
    expect(severity('ERROR')).toEqual([17, 'ERROR']);
    expect(severity('warning3')).toEqual([15, 'warning3']);
    expect(severity('err', { preset: 'otel' })).toEqual([0, 'err']);
    expect(severity('info', { preset: 'none' })).toEqual([0, 'info']);
    expect(severity(9)).toEqual([9, '9']);
  });

  it('is mapped, by words, numbers, ranges and classes', () => {
    const mapping = { fatal: ['oops', 7], error2: { min: 100, max: 110 }, warn: '5xx' };
    expect(severity('Oops', { mapping })).toEqual([21, 'Oops']);
    expect(severity(7, { mapping })).toEqual([21, '7']);
    expect(severity(105, { mapping })).toEqual([18, '105']);
    expect(severity('503', { mapping, overwrite_text: true })).toEqual([13, 'WARN']);
  });
});
