import { RecordingLogger } from '@sonde/pipeline/contract-suite';
import { describe, expect, it } from 'vitest';
import { chainOf, type PlainEntry, refusals, runOperators, toEntry } from './run-operators.ts';

const entry: PlainEntry = {
  body: { a: 'x', deep: { b: 1, c: [1, 2] } },
  attributes: { k: 'v', 'dotted.key': 'd' },
  resource: { host: 'h' },
};

type Case = readonly [object, PlainEntry, PlainEntry];

const cases: readonly Case[] = [
  [{ type: 'add', field: 'attributes.n', value: 5 }, {}, { attributes: { n: 5 } }],
  [
    { type: 'add', field: 'resource.up', value: "EXPR(upper(attributes.k) + '-' + body.a)" },
    entry,
    { ...entry, resource: { host: 'h', up: 'V-x' } },
  ],
  [
    { type: 'add', field: 'attributes.mixed', value: 'is EXPR(body.a)!' },
    { body: { a: 'x' } },
    { body: { a: 'x' }, attributes: { mixed: 'is x!' } },
  ],
  [
    { type: 'remove', field: 'attributes["dotted.key"]' },
    entry,
    { ...entry, attributes: { k: 'v' } },
  ],
  [{ type: 'remove', field: 'attributes' }, entry, { body: entry.body, resource: { host: 'h' } }],
  [
    { type: 'move', from: 'body.deep.b', to: 'attributes.b' },
    entry,
    {
      ...entry,
      body: { a: 'x', deep: { c: [1, 2] } },
      attributes: { k: 'v', 'dotted.key': 'd', b: 1 },
    },
  ],
  [{ type: 'move', from: 'body.a', to: 'body' }, { body: { a: 'x' } }, { body: 'x' }],
  [
    { type: 'copy', from: 'body.deep', to: 'resource.copied' },
    entry,
    { ...entry, resource: { host: 'h', copied: { b: 1, c: [1, 2] } } },
  ],
  [
    { type: 'retain', fields: ['body.a', 'attributes.k'] },
    entry,
    { body: { a: 'x' }, attributes: { k: 'v' }, resource: { host: 'h' } },
  ],
  [{ type: 'flatten', field: 'body.deep' }, entry, { ...entry, body: { a: 'x', b: 1, c: [1, 2] } }],
  [
    { type: 'assign_keys', field: 'body.deep.c', keys: ['one', 'two'] },
    entry,
    { ...entry, body: { a: 'x', deep: { b: 1, c: { one: 1, two: 2 } } } },
  ],
  [
    {
      type: 'regex_replace',
      field: 'body',
      regex: '(?P<n>\\d+)-(\\w)',
      replace_with: ['$2:$', '{n}$$'].join(''),
    },
    { body: '12-a 3-b' },
    { body: 'a:12$ b:3$' },
  ],
  [
    { type: 'regex_replace', field: 'body', regex_name: 'ansi_control_sequences' },
    { body: '\u001b[31mred\u001b[0m' },
    { body: 'red' },
  ],
  [{ type: 'unquote', field: 'body' }, { body: '"a\\tb\\u00e9\\""' }, { body: 'a\tbé"' }],
  [{ type: 'unquote', field: 'body' }, { body: '`raw\\n`' }, { body: 'raw\\n' }],
  [{ type: 'noop' }, entry, entry],
];

describe('an operator', () => {
  it.each(cases)('%o', (operator, before, after) => {
    const logger = new RecordingLogger();
    expect(runOperators([operator], [before], logger)).toEqual([after]);
    expect(logger.lines).toEqual([]);
  });

  it('works on the entries that its condition holds for', () => {
    const operator = { type: 'add', field: 'attributes.hit', value: true, if: 'body matches "^a"' };
    expect(runOperators([operator], [{ body: 'ab' }, { body: 'ba' }])).toEqual([
      { body: 'ab', attributes: { hit: true } },
      { body: 'ba' },
    ]);
  });

  it.each([
    ['send', [{ body: 'x' }], 'warn'],
    ['send_quiet', [{ body: 'x' }], 'debug'],
    ['drop', [], 'warn'],
    ['drop_quiet', [], 'debug'],
  ])('with on_error %s', (onError, out, level) => {
    const logger = new RecordingLogger();
    const operator = { type: 'json_parser', on_error: onError };
    expect(runOperators([operator], [{ body: 'x' }], logger)).toEqual(out);
    expect(logger.lines.map((line) => line.level)).toEqual([level]);
  });

  it('that writes to another one leaves out those between', () => {
    const add = (id: string): object => ({ type: 'add', id, field: `attributes.${id}`, value: 1 });
    const operators = [{ ...add('a'), output: 'c' }, add('b'), add('c')];
    expect(runOperators(operators, [{}])).toEqual([{ attributes: { a: 1, c: 1 } }]);
  });

  it('that writes to two of them gives each an entry of its own', () => {
    const add = (id: string): object => ({ type: 'add', id, field: `attributes.${id}`, value: 1 });
    const operators = [
      { ...add('a'), output: ['b', 'c'] },
      { ...add('b'), output: 'end' },
      add('c'),
      { type: 'noop', id: 'end' },
    ];
    expect(runOperators(operators, [{}])).toEqual([
      { attributes: { a: 1, b: 1 } },
      { attributes: { a: 1, c: 1 } },
    ]);
  });
});

describe('a router', () => {
  const routes = (extra: object): readonly object[] => [
    {
      type: 'router',
      routes: [
        { expr: 'body startsWith "a"', output: 'first', attributes: { route: 'EXPR(body)' } },
        { expr: 'body startsWith "b"', output: ['second'] },
      ],
      ...extra,
    },
    { type: 'add', id: 'first', field: 'attributes.to', value: 'first', output: 'end' },
    { type: 'add', id: 'second', field: 'attributes.to', value: 'second' },
    { type: 'noop', id: 'end' },
  ];

  it('sends entries to the first route that holds and drops the others', () => {
    const bodies = [{ body: 'ab' }, { body: 'b' }, { body: 'c' }];
    expect(runOperators(routes({}), bodies)).toEqual([
      { body: 'ab', attributes: { route: 'ab', to: 'first' } },
      { body: 'b', attributes: { to: 'second' } },
    ]);
  });

  it('sends the others to its default', () => {
    expect(runOperators(routes({ default: 'end' }), [{ body: 'c' }])).toEqual([{ body: 'c' }]);
  });
});

describe('a filter', () => {
  it('drops what its expression holds for', () => {
    const operator = { type: 'filter', expr: 'attributes.level in ["debug", "trace"]' };
    const entries = ['info', 'debug'].map((level) => ({ attributes: { level } }));
    expect(runOperators([operator], entries)).toEqual([{ attributes: { level: 'info' } }]);
  });

  it('keeps everything with a ratio of 0', () => {
    expect(runOperators([{ type: 'filter', expr: 'true', drop_ratio: 0 }], [{}])).toHaveLength(1);
  });
});

describe('recombine', () => {
  const recombine = (config: object): object => ({
    type: 'recombine',
    combine_field: 'body',
    ...config,
  });
  const run = (config: object, bodies: readonly string[]): readonly unknown[] =>
    runOperators(
      [recombine(config)],
      bodies.map((body) => ({ body })),
    ).map(({ body }) => body);

  it('joins up to the next first entry', () => {
    const config = { is_first_entry: 'body matches "^[^\\\\s]"' };
    expect(run(config, ['one', 'Error:', '  at a', '  at b', 'two'])).toEqual([
      'one',
      'Error:\n  at a\n  at b',
      'two',
    ]);
  });

  it('joins up to the last entry, without anything between', () => {
    const config = { is_last_entry: 'body endsWith "."', combine_with: '' };
    expect(run(config, ['a', 'b.', 'c.', 'd'])).toEqual(['ab.', 'c.', 'd']);
  });

  it.each([
    [0, ['2\n3\n4', '1\n5', '1']],
    [1, ['2', '3', '4', '1\n5', '1']],
    [2, ['2\n3', '4', '1\n5', '1']],
  ])('joins what no first entry begins in packs of %i', (most, out) => {
    const config = { is_first_entry: 'body == "1"', max_unmatched_batch_size: most };
    expect(run(config, ['2', '3', '4', '1', '5', '1'])).toEqual(out);
  });

  it('ends a series that is long enough', () => {
    const config = { is_first_entry: 'body == "1"', max_batch_size: 3 };
    expect(run(config, ['1', '2', '3', '4'])).toEqual(['1\n2\n3', '4']);
    expect(run({ is_first_entry: 'body == "1"', max_log_size: 3 }, ['1', '23', '4'])).toEqual([
      '1\n23',
      '4',
    ]);
  });

  it('keeps sources apart, and the fields of the oldest or of the newest', () => {
    const entries = ['a1', 'b1', 'a2', 'b2'].map((body) => ({
      body,
      attributes: { file: body[0], n: body[1] },
    }));
    const config = {
      is_last_entry: 'body endsWith "2"',
      source_identifier: 'attributes.file',
    };
    expect(runOperators([recombine(config)], entries)).toEqual([
      { body: 'a1\na2', attributes: { file: 'a', n: '1' } },
      { body: 'b1\nb2', attributes: { file: 'b', n: '1' } },
    ]);
    const newest = { ...config, overwrite_with: 'newest' };
    expect(runOperators([recombine(newest)], entries)).toEqual([
      { body: 'a1\na2', attributes: { file: 'a', n: '2' } },
      { body: 'b1\nb2', attributes: { file: 'b', n: '2' } },
    ]);
  });

  it('says which record it holds back first, and lets go of it in time', () => {
    const config = recombine({ is_first_entry: 'body == "1"', force_flush_period: '1m' });
    const chain = chainOf([config]);
    const source = {};
    for (const [offset, body] of ['1', '2', '1', '3'].entries()) {
      const held = toEntry({ body });
      held.origin = { source, offset, number: offset };
      chain.process(held);
    }
    expect(chain.holdMs).toBe(60_000);
    expect(chain.take()).toHaveLength(1);
    expect(chain.earliestHeld(source)?.offset).toBe(2);
    chain.flush('due');
    expect(chain.take()).toEqual([]);
    chain.flush('all');
    expect(chain.take()).toHaveLength(1);
    expect(chain.earliestHeld(source)).toBeUndefined();
  });
});

describe('a list of operators', () => {
  it.each<readonly [unknown, string]>([
    [[{}], "operators.0: missing required field 'type'"],
    [[{ type: 'no_such' }], "operators.0.type: unsupported type 'no_such'"],
    [[{ type: 'noop', odd: 1 }], 'operators.0: Unrecognized key: "odd"'],
    [
      [{ type: 'noop' }, { type: 'move', from: 'x', to: 'body' }],
      'operators.1.from: invalid field',
    ],
    [[{ type: 'noop', on_error: 'stop' }], 'operators.0.on_error: operator config has an invalid'],
    [[{ type: 'noop', output: 'nobody' }], "operators.0.output: operator 'nobody' does not exist"],
    [[{ type: 'noop', id: 'a', output: 'a' }], 'operators: pipeline has a circular dependency'],
    [[{ type: 'regex_parser', regex: '(a' }], 'operators.0.regex: error parsing regexp'],
    [[{ type: 'regex_parser', regex: 'a' }], 'operators.0.regex: no named capture groups'],
    [[{ type: 'csv_parser' }], "operators.0: missing required field 'header'"],
    [[{ type: 'syslog_parser' }], "operators.0: missing field 'protocol'"],
    [
      [{ type: 'syslog_parser', protocol: 'rfc3164', enable_octet_counting: true }],
      'operators.0: octet_counting and non_transparent_framing are only compatible',
    ],
    [
      [{ type: 'time_parser', parse_from: 'body', layout: '%Q' }],
      'operators.0.layout: invalid strptime layout: unsupported directive: %Q',
    ],
    [
      [{ type: 'time_parser', parse_from: 'body', layout_type: 'epoch', layout: 'x' }],
      'operators.0.layout: invalid `layout` for `epoch` type',
    ],
    [
      [{ type: 'time_parser', parse_from: 'body', layout: '%Y', location: 'Moon/Base' }],
      'operators.0.location: failed to load location Moon/Base: unknown time zone Moon/Base',
    ],
    [
      [{ type: 'severity_parser', parse_from: 'body', mapping: { loud: 1 } }],
      "operators.0.mapping: unrecognized severity 'loud'",
    ],
    [
      [{ type: 'filter', expr: 'map(body, {# > 1})' }],
      "operators.0.expr: failed to compile expression 'map(body, {# > 1})': predicates",
    ],
    [[{ type: 'filter', expr: 'now() > 1' }], 'function "now" is not supported'],
    [[{ type: 'recombine', combine_field: 'body' }], 'one of is_first_entry and is_last_entry'],
    [[{ type: 'container', format: 'rkt' }], 'operators.0.format: operator config has an invalid'],
  ])('%o is refused', (operators, text) => {
    expect(refusals(operators).join('\n')).toContain(text);
  });

  it('gives operators of one type ids of their own', () => {
    const operators = [
      { type: 'noop', output: 'noop2' },
      { type: 'add', field: 'attributes.a', value: 1 },
      { type: 'noop' },
      { type: 'noop' },
    ];
    expect(runOperators(operators, [{ body: 'x' }])).toEqual([{ body: 'x' }]);
  });
});
