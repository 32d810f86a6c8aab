import { describe, expect, it } from 'vitest';
import { CountConfigSchema } from '../src/index.ts';

function textsOf(config: unknown): readonly string[] {
  const parsed = CountConfigSchema.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
}

describe('a configuration', () => {
  it('replaces the default metrics of a section that has some, and of no other', () => {
    const config = CountConfigSchema.parse({ spans: { mine: null }, logs: {} });
    expect(config.spans.map(({ name }) => name)).toEqual(['mine']);
    expect(config.logs.map(({ name }) => name)).toEqual(['log.record.count']);
  });

  it.each([
    [{ spans: { '': {} } }, 'spans: metric name missing'],
    [
      { metrics: { m: { attributes: [{ key: 'a' }] } } },
      'metrics attributes not supported: metric "m"',
    ],
    [
      { datapoints: { m: { attributes: [{ default_value: 1 }] } } },
      'spans attributes: metric "m": attribute key missing',
    ],
    [
      { logs: { m: { attributes: [{ key: '' }] } } },
      'logs attributes: metric "m": attribute key missing',
    ],
    [{ profiles: { m: {} } }, 'profiles: profiles are not supported by this connector'],
  ])('%j is refused: %s', (config, text) => {
    expect(textsOf(config)).toEqual([text]);
  });

  it('names the metric of a condition that does not compile', () => {
    const [text] = textsOf({ spanevents: { m: { conditions: ['name = "x"'] } } });
    expect(text).toMatch(
      /^spanevents condition: metric "m": unable to parse OTTL condition "name = \\"x\\"": /,
    );
  });
});
