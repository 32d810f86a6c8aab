import { describe, expect, it } from 'vitest';
import { COMPONENTS, loadNamedComponents } from '../src/components.ts';

const named = (kind: 'receiver' | 'exporter', ...types: string[]) =>
  new Map([[kind, new Set(types)]]);

describe('components', () => {
  it('are listed under the kind and the names that their factories have', async () => {
    for (const { kind, names, load } of COMPONENTS) {
      const factory = await load();
      expect([factory.kind, factory.type, ...(factory.aliases ?? [])]).toEqual([kind, ...names]);
    }
  });

  it('are loaded when they are named, by any of their names', async () => {
    const [only, ...others] = await loadNamedComponents(named('exporter', 'otlphttp', 'otlp_http'));
    expect(only?.type).toBe('otlp_http');
    expect(others).toEqual([]);
  });

  it('are all there for the refusal of one that is not', async () => {
    expect(await loadNamedComponents(named('receiver', 'nope'))).toHaveLength(COMPONENTS.length);
  });
});
