import { describe, expect, it } from 'vitest';
import { formatCapabilities } from '../src/commands/agent.ts';

describe('the capability report of sonde agent', () => {
  it('is a line a feature: on and what it gives, or off and why', () => {
    const text = formatCapabilities([
      { feature: 'requests', gives: 'HTTP', reason: undefined, isOptional: false },
      { feature: 'CPU samples', gives: 'profiles', reason: 'EPERM', isOptional: true },
    ]);
    expect(text).toBe('on   requests     HTTP\noff  CPU samples  EPERM (optional)\n');
  });
});
