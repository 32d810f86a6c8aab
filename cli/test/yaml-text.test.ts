import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { yamlText } from '../src/commands/yaml-text.ts';

const TEXTS = [
  ...['yes', 'n', 'On', 'true', '~', 'null', '<<', '=', '.5', '-.inf', '.NaN', '0x1F', '0o17'],
  ...['1_000', '0123', '12:30:45', '1e3', '+7', '2025-06-15', '0b11', 'plain', '30s', 'a: b', ''],
];

it.each(['1.1', '1.2'] as const)('is texts to a reader of YAML %s', (version) => {
  expect(parse(yamlText({ texts: TEXTS }), { version })).toEqual({ texts: TEXTS });
});

it('leaves what cannot be mistaken without quotes', () => {
  expect(yamlText({ timeout: '1m30s', name: 'otlp/2' })).toBe('timeout: 1m30s\nname: otlp/2\n');
});
