import { describe, expect, it } from 'vitest';
import { type ConfigMap, type ConfigValue, ExpandedValue } from '../src/config/config-value.ts';
import { configVersion } from '../src/config/config-version.ts';
import { reviveConfig } from '../src/config/revive-config.ts';

describe('a configuration that another thread was given', () => {
  it('reads as it did where it came from, values from the environment as text or number', () => {
    const root: ConfigMap = new Map<string, ConfigValue>([
      ['receivers', new Map([['otlp', new Map([['port', new ExpandedValue(83, '0123')]])]])],
      ['list', [1, 'two', null, true]],
    ]);
    const revived = reviveConfig(structuredClone(root));
    expect(revived).toEqual(root);
    expect(configVersion(revived)).toBe(configVersion(root));
  });

  it('is refused where it is none', () => {
    expect(() => reviveConfig('text')).toThrow('a configuration is a map');
    expect(() => reviveConfig(new Map([['key', undefined]]))).toThrow('no part of a configuration');
  });
});
