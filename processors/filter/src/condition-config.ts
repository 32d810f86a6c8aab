import { CompileError, ERROR_MODE, ErrorPolicy, placeHint } from '@sonde/ottl';
import { type IssueSink, refuseMeaning, refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import { compileConditions } from './compile-conditions.ts';
import type { ConditionGroup, ConditionGroups, ConditionSignal } from './condition-groups.ts';

/** Lists below a signal's section, and the contexts that they are in. */
export const NAMED_LISTS: Readonly<Record<ConditionSignal, Readonly<Record<string, string>>>> = {
  traces: { resource: 'resource', span: 'span', spanevent: 'spanevent' },
  metrics: { resource: 'resource', metric: 'metric', datapoint: 'datapoint' },
  logs: { resource: 'resource', log_record: 'log' },
};

/** Lists whose contexts are inferred or named in them. */
export const FLAT_LISTS: Readonly<Record<ConditionSignal, string>> = {
  traces: 'trace_conditions',
  metrics: 'metric_conditions',
  logs: 'log_conditions',
};

const TEXTS_MAX = 10_000;
const MIXED =
  'configuring multiple configuration styles is not supported, please use only Basic configuration or only Advanced configuration';

export const CONDITION_TEXTS: z.ZodType<readonly string[]> = z
  .array(z.string())
  .max(TEXTS_MAX)
  .default([]);

const GROUP = z.strictObject({
  context: z.string().default(''),
  conditions: z.array(z.string()).max(TEXTS_MAX).default([]),
  error_mode: ERROR_MODE.optional(),
});

/** Texts alone are one group; otherwise each element is one. */
export function flatConditions(name: string): z.ZodType<readonly ConditionGroup[]> {
  return z
    .array(z.union([z.string(), GROUP, z.null()]))
    .max(TEXTS_MAX)
    .default([])
    .transform((elements, context): readonly ConditionGroup[] => {
      if (elements.includes(null)) {
        refuseReading(context, { text: 'condition cannot be empty' });
        return z.NEVER;
      }
      const texts = elements.filter((element) => typeof element === 'string');
      const groups = elements.filter((element) => element !== null && typeof element !== 'string');
      if (texts.length === 0) return groups.map((group, i) => ({ ...group, path: [name, i] }));
      if (groups.length === 0) return [{ path: [name], context: '', conditions: texts }];
      refuseReading(context, { text: MIXED });
      return z.NEVER;
    });
}

const NOWHERE: ErrorPolicy = new ErrorPolicy({ mode: 'propagate', warn: () => {} });

/** Refuses groups that do not compile. */
export function checkConditions(groups: ConditionGroups, sink: IssueSink): void {
  const signals = ['traces', 'metrics', 'logs'] as const;
  for (const signal of signals) {
    for (const group of groups[signal]) {
      try {
        compileConditions(signal, [{ group, errors: NOWHERE }]);
      } catch (error) {
        if (!(error instanceof CompileError)) throw error;
        const { path, conditions } = group;
        const text = conditions.find((one) => error.message.includes(JSON.stringify(one)));
        const hint = text === undefined ? undefined : placeHint(text, error);
        refuseMeaning(sink, { text: error.message, path, ...(hint && { hint }) });
      }
    }
  }
}
