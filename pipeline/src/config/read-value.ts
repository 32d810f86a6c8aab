import type { z } from 'zod';
import { type ConfigValue, ExpandedValue } from './config-value.ts';
import { type ConfigPath, toPlain, valueAt, withValueAt } from './edit-value.ts';
import { describeIssue, type Issue, type ReadProblem } from './issue-text.ts';

/** Rounds of adapting references and nulls to what the schema wants; each adapts at least one. */
const ADAPTATIONS_MAX = 1000;

export type ReadResult<C> =
  | { readonly ok: true; readonly config: C }
  | { readonly ok: false; readonly problems: readonly ReadProblem[] };

/**
 * Reads `value` by `schema` with the Collector's decoding rules, which zod does not have: a
 * whole-value reference gives a string field its text; null leaves a field's default; a fraction is
 * cut where an integer is wanted. The schema says by its issues where it wants one of them.
 */
export function readValue<C>(schema: z.ZodType<C>, value: ConfigValue, prefix = ''): ReadResult<C> {
  let current = value;
  for (let round = 0; round < ADAPTATIONS_MAX; round += 1) {
    const parsed = schema.safeParse(toPlain(current) ?? {});
    if (parsed.success) return { ok: true, config: parsed.data };
    const { issues } = parsed.error;
    const adapted = adapt(current, issues.flatMap(withBranches));
    if (adapted === undefined) {
      // Reported against what the user wrote, not against what was tried.
      const context = { schema, value, prefix };
      return { ok: false, problems: issues.map((issue) => describeIssue(issue, context)) };
    }
    current = adapted;
  }
  return { ok: false, problems: [{ stage: 'unmarshal', text: 'too many references', path: [] }] };
}

function withBranches(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  return issue.errors
    .flat()
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap(withBranches);
}

function adapt(root: ConfigValue, issues: readonly Issue[]): ConfigValue | undefined {
  let adapted = root;
  for (const issue of issues) {
    const found = valueAt(adapted, issue.path);
    if (found instanceof ExpandedValue && wantsText(issue)) {
      adapted = withValueAt(adapted, issue.path, found.text);
    } else if (isNull(found) && issue.path.length > 0 && !isInList(root, issue.path)) {
      adapted = withValueAt(adapted, issue.path, undefined);
    } else if (typeof found === 'number' && isFractionForInt(issue)) {
      adapted = withValueAt(adapted, issue.path, Math.trunc(found));
    }
  }
  return adapted === root ? undefined : adapted;
}

function wantsText(issue: Issue): boolean {
  if (issue.code === 'invalid_type') return issue.expected === 'string';
  return issue.code === 'invalid_value' && issue.values.some((value) => typeof value === 'string');
}

function isFractionForInt(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'int';
}

function isNull(value: ConfigValue | undefined): boolean {
  return value === null || (value instanceof ExpandedValue && value.value === null);
}

function isInList(root: ConfigValue, path: ConfigPath): boolean {
  return Array.isArray(valueAt(root, path.slice(0, -1)));
}
