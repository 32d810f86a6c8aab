import { describe, expect, it } from 'vitest';
import {
  conditionsOf,
  EMPTY_DRAFT,
  type RetentionSettings,
  readDays,
  readDraft,
  withoutRule,
  withRule,
} from '../src/lib/retention/rules.ts';

const debug = {
  name: 'debug',
  signal: 'logs',
  tenant: null,
  namespace: null,
  service: null,
  severityMin: null,
  severityMax: 8,
  days: 3,
} as const;

const retention: RetentionSettings = {
  tracesDays: 14,
  logsDays: 14,
  metricsDays: 14,
  profilesDays: 14,
  rollupsDays: 90,
  metricRollupsDays: 400,
  coldAfterDays: null,
  sizeMaxBytes: null,
  rules: [debug],
};

describe('a draft of a rule', () => {
  it('becomes a rule, what is left empty being any', () => {
    const draft = { ...EMPTY_DRAFT, name: ' debug ', severityMax: '8' };
    expect(readDraft(draft, [])).toEqual(debug);
    const payments = { ...EMPTY_DRAFT, name: 'p', signal: 'traces', service: ' payment ' } as const;
    expect(readDraft({ ...payments, severityMax: '8', days: '90' }, [])).toMatchObject({
      service: 'payment',
      severityMax: null,
      days: 90,
    });
  });

  it('is refused in words without a name, a condition, days, or with a name that is taken', () => {
    const draft = { ...EMPTY_DRAFT, name: 'x', service: 'cart' };
    expect(readDraft({ ...draft, name: ' ' }, [])).toContain('name');
    expect(readDraft({ ...draft, service: '' }, [])).toContain('Without a condition');
    for (const days of ['', '0', '-1', '1.5', '3651', 'x']) {
      expect(readDraft({ ...draft, days }, []), days).toContain('whole number');
    }
    expect(readDraft({ ...draft, name: 'debug' }, [debug])).toContain('already');
    expect(readDays(' 30 ')).toBe(30);
  });
});

describe('rules', () => {
  it('say whom they hold for', () => {
    expect(conditionsOf(debug)).toEqual(['severity up to DEBUG']);
    expect(conditionsOf({ ...debug, tenant: 'a', service: 's', severityMin: 9 })).toEqual([
      'tenant a',
      'service s',
      'severity 9 to 8',
    ]);
    expect(conditionsOf({ ...debug, severityMax: null, namespace: 'n' })).toEqual(['namespace n']);
  });

  it('come last and go by their name, the rest as it was', () => {
    const other = { ...debug, name: 'other' };
    expect(withRule(retention, other)).toEqual({ ...retention, rules: [debug, other] });
    expect(withoutRule(withRule(retention, other), 'debug').rules).toEqual([other]);
  });
});
