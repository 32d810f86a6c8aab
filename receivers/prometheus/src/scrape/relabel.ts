import { createHash } from 'node:crypto';
import type { RelabelRule } from '../config/relabel-config.ts';

/** Changes `labels` by the rules, in order; false where they are dropped. */
export function relabel(labels: Map<string, string>, rules: readonly RelabelRule[]): boolean {
  for (const rule of rules) {
    if (!applyRule(labels, rule)) return false;
  }
  return true;
}

function applyRule(labels: Map<string, string>, rule: RelabelRule): boolean {
  const source = rule.sourceLabels.map((name) => labels.get(name) ?? '').join(rule.separator);
  const target = labels.get(rule.targetLabel) ?? '';
  switch (rule.action) {
    case 'keep':
      return rule.regex.test(source);
    case 'drop':
      return !rule.regex.test(source);
    case 'keepequal':
      return target === source;
    case 'dropequal':
      return target !== source;
    case 'replace':
      replace(labels, rule, source);
      return true;
    case 'lowercase':
      setLabel(labels, rule.targetLabel, source.toLowerCase());
      return true;
    case 'uppercase':
      setLabel(labels, rule.targetLabel, source.toUpperCase());
      return true;
    case 'hashmod':
      setLabel(labels, rule.targetLabel, String(hashModulo(source, rule.modulus)));
      return true;
    default:
      changeNames(labels, rule);
      return true;
  }
}

/** A label without a value is none. */
function setLabel(labels: Map<string, string>, name: string, value: string): void {
  if (value === '') labels.delete(name);
  else labels.set(name, value);
}

function replace(labels: Map<string, string>, rule: RelabelRule, source: string): void {
  const groups = rule.regex.findGroups(source);
  if (groups === undefined) return;
  const expand = (template: string): string => expandTemplate(template, rule, source, groups);
  const name = expand(rule.targetLabel);
  if (name !== '') setLabel(labels, name, expand(rule.replacement));
}

function changeNames(labels: Map<string, string>, rule: RelabelRule): void {
  for (const [name, value] of [...labels]) {
    const groups = rule.regex.findGroups(name);
    if (rule.action === 'labeldrop') {
      if (groups !== undefined) labels.delete(name);
    } else if (rule.action === 'labelkeep') {
      if (groups === undefined) labels.delete(name);
    } else if (groups !== undefined) {
      setLabel(labels, expandTemplate(rule.replacement, rule, name, groups), value);
    }
  }
}

const REFERENCE = /\$(?:\$|\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/g;

/** Go's `Regexp.Expand`: `$1`, `${1}`, `${name}`, `$$`; what is no group is empty. */
function expandTemplate(
  template: string,
  rule: RelabelRule,
  source: string,
  groups: readonly string[],
): string {
  if (!template.includes('$')) return template;
  return template.replace(REFERENCE, (all, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return all === '$$' ? '$' : all;
    // The rules match from end to end.
    if (name === '0') return source;
    if (/^[1-9][0-9]*$/.test(name)) return groups[Number(name) - 1] ?? '';
    return groups[rule.regex.groupNames.indexOf(name)] ?? '';
  });
}

/** The last eight bytes of the MD5, as Prometheus shards. */
function hashModulo(text: string, modulus: number): number {
  const digest = createHash('md5').update(text).digest();
  return Number(digest.readBigUInt64BE(8) % BigInt(modulus));
}
