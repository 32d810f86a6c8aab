import { describe, expect, it } from 'vitest';
import { changedRules, readRule, ruleText } from '../src/commands/retention-rules.ts';

const DEBUG = readRule('debug: logs, severityMax=8, days=3');

describe('a rule of retention on the command line', () => {
  it('is read, and written as it is read', () => {
    expect(DEBUG).toEqual({
      name: 'debug',
      signal: 'logs',
      tenant: null,
      namespace: null,
      service: null,
      severityMin: null,
      severityMax: 8,
      days: 3,
    });
    const text = 'audit: traces, tenant=a b, service=x=y, days=400';
    expect(ruleText(readRule(text))).toBe(text);
  });

  it.each([
    'logs, days=3',
    'debug: logs',
    'debug: lags, days=3',
    'debug: logs, days=0',
    'debug: logs, days=soon',
    'debug: logs, severety=3, days=3',
    'slow: traces, severityMax=3, days=3',
    'all: logs, days=3',
  ])('is refused with its form: %s', (text) => {
    expect(() => readRule(text)).toThrow('write NAME: SIGNAL, KEY=VALUE');
  });

  it('takes the place of the one of its name, comes last, or goes', () => {
    const other = readRule('audit: logs, service=audit, days=400');
    const longer = { ...DEBUG, days: 5 };
    const added = (rules: (typeof DEBUG)[], removed: string[] = []) => ({ added: rules, removed });
    expect(changedRules([DEBUG, other], added([longer]))).toEqual([longer, other]);
    expect(changedRules([other], added([DEBUG]))).toEqual([other, DEBUG]);
    expect(changedRules([DEBUG, other], added([], ['debug']))).toEqual([other]);
    expect(() => changedRules([other], added([], ['debug']))).toThrow('(rules: audit)');
  });
});
