import { beforeAll, describe, expect, it } from 'vitest';
import { fullestCollectorPath } from '../system/peers.ts';
import { collectorComponents } from './known-components.ts';
import { printConfig } from './print-config.ts';

const COLLECTOR = fullestCollectorPath();
/** The small one has no receiver that does nothing. */
const HAS_NOP = collectorComponents(COLLECTOR).has('receivers nop');

/** What a variable may be set to; each stands in a field of any type, in a text, and in a part of one. */
const VALUES: readonly string[] = [
  'text',
  '0123',
  '0o17',
  '0xdeadbeef',
  '0b101',
  '1_000',
  '-5',
  '+5',
  '1.5',
  '1e3',
  '.5',
  '1111:1111::',
  '12:30:45',
  'true',
  'True',
  'yes',
  'on',
  'off',
  'null',
  '~',
  '',
  ' ',
  '"0123"',
  "'quoted'",
  '"true"',
  '[a, 1, true]',
  '[filelog,x]',
  '["a",',
  '{a: 1, b: {c: d}}',
  '{a',
  '# a comment',
  'text # a comment',
  '2025-06-15T10:00:00Z',
  'a: b',
  '- a\n- b',
  'line\nline',
  '@at',
  '*alias',
  '&anchor x',
  '!!str 12',
  '!tag x',
  '%percent',
  '0.0.0.0:4317',
  'http://host:4318/path',
  'a$b',
  '100%',
];

const REFERENCES: Readonly<Record<string, (name: string) => string>> = {
  'in a field of any type': (name) => `{key: k, value: "\${env:${name}}", action: insert}`,
  'without a scheme': (name) => `{key: k, value: "\${${name}}", action: insert}`,
  'in a text': (name) => `{key: "\${env:${name}}", value: v, action: insert}`,
  'in a part of a text': (name) => `{key: "pre-\${env:${name}}-post", value: v, action: insert}`,
  'with a default': (name) => `{key: k, value: "\${env:${name}:-else}", action: insert}`,
};

/** References that are no plain variable; `#{` stands for `${`. */
const OTHERS: readonly string[] = [
  '"#{env:UNSET}"',
  '"#{env:UNSET:-}"',
  '"#{env:UNSET:-12}"',
  '"#{env:UNSET:-a:-b}"',
  '"#{env:UNSET:-[a, b]}"',
  '"#{env:#{env:NAME}}"',
  '"$#{env:NAME}"',
  '"$$#{env:V0}"',
  '"$$$#{env:V0}"',
  '"$NAME"',
  '"a$$b"',
  '"$1"',
  '"#{yaml:[1, 2]}"',
  '"#{yaml:12}-x"',
].map((text) => text.replaceAll('#{', '$' + '{'));

const env: Readonly<Record<string, string>> = Object.fromEntries([
  ['NAME', 'V0'],
  ...VALUES.map((value, index) => [`V${index}`, value]),
]);

interface Action {
  readonly key: unknown;
  readonly value: unknown;
}

let ours: readonly Action[] = [];
let theirs: readonly Action[] = [];

async function actionsOf(
  collector: string | undefined,
  lines: readonly string[],
): Promise<readonly Action[]> {
  const configs = [
    'yaml:{receivers: {nop: }, exporters: {nop: }, service: {pipelines: {traces: ' +
      '{receivers: [nop], exporters: [nop]}}}}',
    `yaml:processors:\n  attributes:\n    actions:\n${lines.map((line) => `      - ${line}\n`).join('')}`,
  ];
  const printed: unknown = await printConfig(collector, { configs, env });
  const actions: unknown = ['processors', 'attributes', 'actions'].reduce<unknown>(
    (value, key) => Reflect.get(Object(value), key),
    printed,
  );
  if (!Array.isArray(actions)) throw new Error('no actions');
  return actions.map((action) => ({
    key: Reflect.get(Object(action), 'key'),
    value: Reflect.get(Object(action), 'value') ?? null,
  }));
}

const LINES: readonly (readonly [string, string])[] = [
  ...Object.entries(REFERENCES).flatMap(([how, reference]) =>
    VALUES.map((value, index): readonly [string, string] => [
      `${JSON.stringify(value)} ${how}`,
      reference(`V${index}`),
    ]),
  ),
  ...OTHERS.map((text): readonly [string, string] => [
    text,
    `{key: k, value: ${text}, action: insert}`,
  ]),
];

describe.skipIf(!HAS_NOP)('variables in values, beside the Collector', () => {
  beforeAll(async () => {
    const lines = LINES.map(([, line]) => line);
    theirs = await actionsOf(COLLECTOR, lines);
    ours = await actionsOf(undefined, lines);
  });

  it.each(LINES.map(([name], index) => [name, index] as const))('%s', (_name, index) => {
    expect(theirs[index]).toBeDefined();
    expect(ours[index]).toEqual(theirs[index]);
  });
});
