import { describe, expect, it } from 'vitest';
import { FEATURE_GATES, parseFeatureGates } from '../src/config/feature-gates.ts';

describe('feature gates', () => {
  it('are off until they are named', () => {
    expect([...parseFeatureGates([])]).toEqual([]);
  });

  it('are turned on and off by what stands before them, the last one wins', () => {
    const gates = parseFeatureGates([
      'service.profilesSupport,+service.AllowNoPipelines',
      '-service.profilesSupport',
    ]);
    expect([...gates]).toEqual(['service.AllowNoPipelines']);
  });

  it('are refused by the text of the Collector when nobody knows them', () => {
    expect(() => parseFeatureGates(['service.profilesSupport,x'])).toThrow(
      'invalid argument "service.profilesSupport,x" for "--feature-gates" flag: ' +
        'no such feature gate "x". valid gates: [confmap.enableMergeAppendOption ' +
        'ottl.functions.enableLambda ' +
        'service.AllowNoPipelines service.profilesSupport]',
    );
  });

  it('are listed by id', () => {
    const ids = FEATURE_GATES.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort());
  });
});
