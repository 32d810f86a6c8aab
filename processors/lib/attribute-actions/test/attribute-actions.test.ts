import { createHash } from 'node:crypto';
import { type ClientInfo, clientInfo } from '@sonde/pipeline';
import {
  type AttributeValue,
  decodeLogs,
  jsonToProtobuf,
  LogColumns,
  LogEditor,
  readAttribute,
} from '@sonde/proto';
import { describe, expect, it } from 'vitest';
import { AttributeActions, actionList } from '../src/index.ts';

type Attributes = readonly (readonly [string, AttributeValue])[];

/** What the actions make of rows with these attributes, as key, type and text. */
function applied(actions: readonly object[], ...rows: readonly Attributes[]): unknown[][] {
  return appliedFor(undefined, actions, ...rows);
}

/** The same for data of a client. */
function appliedFor(
  client: ClientInfo | undefined,
  actions: readonly object[],
  ...rows: readonly Attributes[]
): unknown[][] {
  const columns = new LogColumns();
  const logRecords = rows.map(() => ({}));
  const json = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  decodeLogs(columns, jsonToProtobuf('logs', JSON.stringify(json)), {
    tenant: 'default',
    receivedUnixMs: 1,
  });
  const filled = new LogEditor(columns);
  rows.forEach((row, index) => {
    filled.openRow(index);
    for (const [key, value] of row) {
      filled.attributes.append(filled.attributes.internKey(key), value);
    }
  });
  const editor = new LogEditor(filled.finish());
  const compiled = new AttributeActions(actionList('actions').parse(actions));
  const apply = compiled.bind(editor.attributes, client);
  for (let row = 0; row < rows.length; row += 1) {
    editor.openRow(row);
    apply();
  }
  const { attributes, attributeEnd } = editor.finish();
  return rows.map((_, row) => {
    const start = row === 0 ? 0 : (attributeEnd[row * 2 - 2] ?? 0);
    const length = (attributeEnd[row * 2] ?? 0) - start;
    return Array.from({ length }, (__, i) => {
      const { key, type, text } = readAttribute(attributes, start + i);
      return [key, type, text];
    });
  });
}

const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex');

describe('actions', () => {
  it('insert where the key is absent, update where it is there, upsert either way', () => {
    const has: Attributes = [['a', 'old']];
    const value = 'new';
    expect(applied([{ key: 'a', value, action: 'insert' }], has, [])).toEqual([
      [['a', 1, 'old']],
      [['a', 1, 'new']],
    ]);
    expect(applied([{ key: 'a', value, action: 'UPDATE' }], has, [])).toEqual([
      [['a', 1, 'new']],
      [],
    ]);
    expect(applied([{ key: 'a', value, action: 'upsert' }], has, [])).toEqual([
      [['a', 1, 'new']],
      [['a', 1, 'new']],
    ]);
  });

  it('write values of every type', () => {
    const values = [7, 1.5, true, ['x', 2], { k: 'v' }];
    const actions = values.map((value, i) => ({ key: `${i}`, value, action: 'insert' }));
    expect(applied(actions, [])).toEqual([
      [
        ['0', 3, '7'],
        ['1', 4, '1.5'],
        ['2', 2, 'true'],
        ['3', 5, '["x",2]'],
        ['4', 6, '{"k":"v"}'],
      ],
    ]);
  });

  it('copy an attribute with its type, and do nothing without it', () => {
    const actions = [{ key: 'b', from_attribute: 'a', action: 'upsert' }];
    expect(applied(actions, [['a', 2n ** 62n]], [['b', 'kept']])).toEqual([
      [
        ['a', 3, '4611686018427387904'],
        ['b', 3, '4611686018427387904'],
      ],
      [['b', 1, 'kept']],
    ]);
  });

  it('see what the actions before them did', () => {
    const actions = [
      { key: 'new', value: 'x', action: 'insert' },
      { key: 'copy', from_attribute: 'new', action: 'insert' },
      { key: 'new', action: 'delete' },
    ];
    expect(applied(actions, [['a', 'y']], [])).toEqual([
      [
        ['a', 1, 'y'],
        ['copy', 1, 'x'],
      ],
      [['copy', 1, 'x']],
    ]);
  });

  it('delete a key, all its copies and every key of a pattern', () => {
    const row: Attributes = [
      ['a', '1'],
      ['secret.x', '2'],
      ['a', '3'],
      ['b', '4'],
      ['secret.y', '5'],
    ];
    expect(applied([{ key: 'a', action: 'delete' }], row)[0]).toEqual([
      ['secret.x', 1, '2'],
      ['b', 1, '4'],
      ['secret.y', 1, '5'],
    ]);
    expect(applied([{ key: 'b', pattern: '^secret\\.', action: 'delete' }], row)[0]).toEqual([
      ['a', 1, '1'],
      ['a', 1, '3'],
    ]);
  });

  it('hash text, numbers and booleans', () => {
    const row: Attributes = [
      ['k1', 'x'],
      ['k2', 1n],
      ['k3', 1.5],
      ['k4', true],
      ['k5', ''],
      ['other', 'x'],
    ];
    const double = Buffer.alloc(8);
    double.writeDoubleLE(1.5);
    expect(applied([{ pattern: '^k', action: 'hash' }], row)[0]).toEqual([
      ['k1', 1, sha256('x')],
      ['k2', 1, sha256(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0))],
      ['k3', 1, sha256(double)],
      ['k4', 1, sha256(Uint8Array.of(1))],
      ['k5', 1, sha256('')],
      ['other', 1, 'x'],
    ]);
  });

  it('hash more texts than are remembered, each as its own, however often they come', () => {
    const action = [{ pattern: '^u', action: 'hash' }];
    const rows = Array.from({ length: 50 }, (_, row) =>
      Array.from({ length: 2000 }, (__, i): [string, string] => [`u${i}`, `user-${row}-${i}`]),
    );
    const expected = rows.map((row) => row.map(([key, user]) => [key, 1, sha256(user)]));
    expect(applied(action, ...rows, ...rows)).toEqual([...expected, ...expected]);
    const twice = rows.flatMap((row) => [row, row]);
    expect(applied(action, ...twice)).toEqual(expected.flatMap((row) => [row, row]));
  });

  it('extract groups of text, over attributes that are there', () => {
    const pattern = '^/api/(?P<version>v\\d+)/(?P<what>\\w+)';
    const actions = [{ key: 'path', pattern, action: 'extract' }];
    expect(
      applied(
        actions,
        [
          ['path', '/api/v2/cart'],
          ['what', 1n],
        ],
        [['path', 7n]],
      ),
    ).toEqual([
      [
        ['path', 1, '/api/v2/cart'],
        ['what', 1, 'cart'],
        ['version', 1, 'v2'],
      ],
      [['path', 3, '7']],
    ]);
  });

  it.each([
    ['int', '42', 3, '42'],
    ['int', ' 42', 1, ' 42'],
    ['int', '9223372036854775808', 1, '9223372036854775808'],
    ['int', -1.9, 3, '-1'],
    ['int', true, 3, '1'],
    ['double', '1e3', 4, '1000'],
    ['double', '-Inf', 4, '-Infinity'],
    ['double', 'x', 1, 'x'],
    ['double', 3n, 4, '3'],
    ['string', 3n, 1, '3'],
    ['string', 1e21, 1, '1e+21'],
    ['string', false, 1, 'false'],
  ])('convert to %s: %s', (converted_type, value, type, text) => {
    const actions = [{ key: 'a', converted_type, action: 'convert' }];
    expect(applied(actions, [['a', value]])).toEqual([[['a', type, text]]]);
  });
});

describe('what is known of the client', () => {
  const client = clientInfo({
    address: '10.1.2.3',
    metadata: new Map([['x-tenant', ['acme', 'other']]]),
    auth: new Map([['username', 'ada']]),
  });
  const insert = (from_context: string, more: object = {}): readonly object[] => [
    { key: 'a', from_context, action: 'insert', ...more },
  ];

  it.each([
    ['metadata.X-Tenant', 'acme;other'],
    ['x-tenant', 'acme;other'],
    ['auth.username', 'ada'],
    ['client.address', '10.1.2.3'],
  ])('%s is %s', (name, text) => {
    expect(appliedFor(client, insert(name), [])).toEqual([[['a', 1, text]]]);
  });

  it('is nothing to write, or the default', () => {
    for (const name of ['metadata.none', 'auth.none']) {
      expect(appliedFor(client, insert(name), [])).toEqual([[]]);
      expect(appliedFor(undefined, insert(name, { default_value: 7 }), [])).toEqual([
        [['a', 3, '7']],
      ]);
    }
    const from = [{ key: 'a', from_attribute: 'b', default_value: 'x', action: 'upsert' }];
    expect(applied(from, [], [['b', 'y']])).toEqual([
      [['a', 1, 'x']],
      [
        ['b', 1, 'y'],
        ['a', 1, 'y'],
      ],
    ]);
  });
});

describe('configuration', () => {
  const refusal = (...actions: object[]): string | undefined =>
    actionList('actions').safeParse(actions).error?.issues[0]?.message;

  it.each([
    [[], 'missing required field "actions"'],
    [
      [{ action: 'insert' }],
      'error creating AttrProc due to missing required field "key" at the 0-th action',
    ],
    [
      [{ action: 'delete' }],
      'error creating AttrProc due to missing required field (at least one of "key" and "pattern" have to be used) at the 0-th action',
    ],
    [
      [{ key: 'a', action: 'rename' }],
      'error with key "a" (0-th action): error creating AttrProc due to unsupported action "rename"',
    ],
    [
      [
        { key: 'a', action: 'delete' },
        { key: 'a', action: 'insert' },
      ],
      'error with key "a" (1-th action): error creating AttrProc. Either field "value", "from_attribute", "from_context", or "default_value" must be specified',
    ],
    [
      [{ key: 'a', value: 1, from_attribute: 'b', action: 'upsert' }],
      'error with key "a" (0-th action): error creating AttrProc due to multiple value sources being set',
    ],
    [
      [{ key: 'a', pattern: '(', action: 'hash' }],
      'error with key "a" (0-th action): error creating AttrProc. Field "pattern" has invalid pattern: "("',
    ],
    [
      [{ key: 'a', pattern: 'x', action: 'extract' }],
      'error with key "a" (0-th action): error creating AttrProc. Field "pattern" contains no named matcher groups',
    ],
    [
      [{ key: 'a', pattern: '(?P<a>x)(y)', action: 'extract' }],
      'error with key "a" (0-th action): error creating AttrProc. Field "pattern" contains at least one unnamed matcher group',
    ],
    [
      [{ key: 'a', converted_type: 'bool', action: 'convert' }],
      'error with key "a" (0-th action): error creating AttrProc due to invalid value "bool" in field "converted_type" for action "convert"',
    ],
  ])('is refused: %j', (actions, text) => {
    expect(refusal(...actions)).toBe(text);
  });
});
