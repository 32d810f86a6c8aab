import type { RetentionRule, SettingsDocument } from '@sonde/backend/api-contract';

export type RetentionSettings = SettingsDocument['retention'];

/** What stands in the form: text, as it was typed. */
export interface RuleDraft {
  readonly name: string;
  readonly signal: RetentionRule['signal'];
  readonly namespace: string;
  readonly service: string;
  /** A severity's number, or nothing for any. */
  readonly severityMax: string;
  readonly days: string;
}

export const EMPTY_DRAFT: RuleDraft = {
  name: '',
  signal: 'logs',
  namespace: '',
  service: '',
  severityMax: '',
  days: '3',
};

/** Names of the severities that end at these numbers. */
export const SEVERITY_ENDS: ReadonlyArray<{ readonly number: number; readonly name: string }> = [
  { number: 4, name: 'TRACE' },
  { number: 8, name: 'DEBUG' },
  { number: 12, name: 'INFO' },
  { number: 16, name: 'WARN' },
  { number: 20, name: 'ERROR' },
];

export const DAYS_MAX = 3650;

/** Whole days, or undefined for what is no number of them. */
export function readDays(text: string): number | undefined {
  if (!/^\d{1,4}$/.test(text.trim())) return undefined;
  const days = Number(text);
  return days >= 1 && days <= DAYS_MAX ? days : undefined;
}

/** The rule, or what is missing in words. The API has the last word on the rest. */
export function readDraft(
  draft: RuleDraft,
  rules: readonly RetentionRule[],
): RetentionRule | string {
  const name = draft.name.trim();
  if (name === '') return 'Give the rule a name.';
  if (rules.some((rule) => rule.name === name)) return `There is a rule named ${name} already.`;
  const days = readDays(draft.days);
  if (days === undefined) return `Days are a whole number from 1 to ${DAYS_MAX}.`;
  const { signal } = draft;
  const severityMax =
    signal === 'logs' && draft.severityMax !== '' ? Number(draft.severityMax) : null;
  const rule: RetentionRule = {
    name,
    signal,
    tenant: null,
    namespace: textOrAny(draft.namespace),
    service: textOrAny(draft.service),
    severityMin: null,
    severityMax,
    days,
  };
  if (rule.namespace === null && rule.service === null && severityMax === null) {
    return `Without a condition it would hold for all ${signal}: change their days above instead.`;
  }
  return rule;
}

function textOrAny(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

/** What a row must have for the rule, for people. */
export function conditionsOf(rule: RetentionRule): readonly string[] {
  const { tenant, namespace, service } = rule;
  return [
    ...(tenant === null ? [] : [`tenant ${tenant}`]),
    ...(namespace === null ? [] : [`namespace ${namespace}`]),
    ...(service === null ? [] : [`service ${service}`]),
    ...severityText(rule),
  ];
}

function severityText({ severityMin, severityMax }: RetentionRule): readonly string[] {
  if (severityMin === null && severityMax === null) return [];
  const upTo = SEVERITY_ENDS.find(({ number }) => number === severityMax);
  if (severityMin === null && upTo !== undefined) return [`severity up to ${upTo.name}`];
  return [`severity ${severityMin ?? 1} to ${severityMax ?? 24}`];
}

/** A rule that matches first decides: a new one goes last. */
export function withRule(retention: RetentionSettings, rule: RetentionRule): RetentionSettings {
  return { ...retention, rules: [...retention.rules, rule] };
}

export function withoutRule(retention: RetentionSettings, name: string): RetentionSettings {
  return { ...retention, rules: retention.rules.filter((rule) => rule.name !== name) };
}
