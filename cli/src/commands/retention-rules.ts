import {
  missingCondition,
  type RetentionRule,
  RetentionRuleSchema,
} from '@sonde/pipeline/settings';
import { UsageError } from '../usage-error.ts';

const FORM =
  'write NAME: SIGNAL, KEY=VALUE, ..., days=N with keys of tenant, namespace, service, severityMin, severityMax';
const NUMBERS: ReadonlySet<string> = new Set(['days', 'severityMin', 'severityMax']);

/** `debug: logs, severityMax=8, days=3`. Throws `UsageError`. */
export function readRule(text: string): RetentionRule {
  const colon = text.indexOf(':');
  const [signal, ...pairs] = text
    .slice(colon + 1)
    .split(',')
    .map((part) => part.trim());
  const fields = pairs.map((pair): [string, string | number] => {
    const [key = '', value = ''] = [
      pair.slice(0, pair.indexOf('=')).trim(),
      pair.slice(pair.indexOf('=') + 1).trim(),
    ];
    return [key, NUMBERS.has(key) ? Number(value) : value];
  });
  const rule = { name: text.slice(0, colon).trim(), signal, ...Object.fromEntries(fields) };
  const read = RetentionRuleSchema.safeParse(rule);
  const missing = read.success ? missingCondition(read.data) : undefined;
  if (colon > 0 && read.success && missing === undefined) return read.data;
  const reasons = read.success
    ? [missing].filter((reason) => reason !== undefined)
    : read.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  throw new UsageError(`--rule ${text}: ${FORM} (${reasons.join('; ')})`);
}

/** `rules` with those of `added` in the place of their name's, or last, and without those `removed`. */
export function changedRules(
  rules: readonly RetentionRule[],
  change: { readonly added: readonly RetentionRule[]; readonly removed: readonly string[] },
): readonly RetentionRule[] {
  const unknown = change.removed.find((name) => !rules.some((rule) => rule.name === name));
  if (unknown !== undefined) {
    const names = rules.map(({ name }) => name).join(', ') || 'none';
    throw new UsageError(`--remove-rule ${unknown}: there is no such rule (rules: ${names})`);
  }
  const changed = rules
    .filter(({ name }) => !change.removed.includes(name))
    .map((rule) => change.added.findLast(({ name }) => name === rule.name) ?? rule);
  const isThere = (name: string): boolean => changed.some((rule) => rule.name === name);
  const last = change.added.filter(
    (rule, i) =>
      !isThere(rule.name) && change.added.findLastIndex(({ name }) => name === rule.name) === i,
  );
  return [...changed, ...last];
}

/** One line, as `--rule` takes it. */
export function ruleText({ name, signal, days, ...conditions }: RetentionRule): string {
  const pairs = Object.entries(conditions)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${value}`);
  return `${name}: ${[signal, ...pairs, `days=${days}`].join(', ')}`;
}
