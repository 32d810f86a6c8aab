import { ERROR_MODE, type ErrorMode } from '@sonde/ottl';
import { nullMeansDefaults, refuseMeaning, refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import { compileProblem } from './compile-group.ts';
import { SECTIONS } from './contexts.ts';
import type { StatementGroupConfig } from './statement-group-config.ts';

export interface TransformConfig {
  readonly error_mode: ErrorMode;
  readonly trace_statements: readonly StatementGroupConfig[];
  readonly metric_statements: readonly StatementGroupConfig[];
  readonly log_statements: readonly StatementGroupConfig[];
}

/** Groups of one list, and texts of one group. */
const GROUPS_MAX = 1_000;
const TEXTS_MAX = 10_000;

const MIXED =
  'configuring multiple configuration styles is not supported, please use only Basic configuration or only Advanced configuration';

const TEXTS = z.array(z.string()).max(TEXTS_MAX);

const GROUP = z.strictObject({
  context: z.string().default(''),
  conditions: TEXTS.default([]),
  statements: TEXTS.default([]),
  error_mode: ERROR_MODE.optional(),
  shared_cache: z.boolean().default(false),
});

/** Texts alone are one group; otherwise each element is one. */
function statementList(name: string): z.ZodType<readonly StatementGroupConfig[]> {
  return z
    .array(z.union([z.string(), GROUP, z.null()]))
    .max(GROUPS_MAX)
    .default([])
    .transform((elements, context): readonly StatementGroupConfig[] => {
      if (elements.includes(null)) {
        const text = `invalid ${name} item: empty statement list items are not supported`;
        refuseReading(context, { text });
        return z.NEVER;
      }
      const texts = elements.filter((element) => typeof element === 'string');
      const groups = elements.filter((element) => element !== null && typeof element !== 'string');
      if (texts.length === 0) return groups;
      if (groups.length > 0) {
        refuseReading(context, { text: MIXED });
        return z.NEVER;
      }
      return [{ context: '', conditions: [], statements: texts, shared_cache: false }];
    });
}

export const transformConfig: z.ZodType<TransformConfig> = nullMeansDefaults(
  z
    .strictObject({
      error_mode: ERROR_MODE.default('ignore'),
      trace_statements: statementList('trace_statements'),
      metric_statements: statementList('metric_statements'),
      log_statements: statementList('log_statements'),
      profile_statements: z.array(z.unknown()).default([]),
      flatten_data: z.boolean().default(false),
    })
    .superRefine((config, context) => {
      if (config.profile_statements.length > 0) {
        refuseMeaning(context, {
          text: 'profile_statements: profiles are not supported by this processor',
          path: ['profile_statements'],
          hint: 'statements for traces, metrics and logs are; profiles pass unchanged in a pipeline without it',
        });
      }
      if (config.flatten_data) {
        refuseMeaning(context, {
          text: "'flatten_data' requires the 'transform.flatten.logs' feature gate to be enabled",
          path: ['flatten_data'],
          hint: 'Sonde has no such gate: a change to a resource is for its group of records, as without it',
        });
      }
      for (const section of SECTIONS) {
        for (const [index, group] of config[section].entries()) {
          const problem = compileProblem(section, group);
          if (problem !== undefined) refuseMeaning(context, { ...problem, path: [section, index] });
        }
      }
    })
    .transform(
      ({ error_mode, trace_statements, metric_statements, log_statements }): TransformConfig => ({
        error_mode,
        trace_statements,
        metric_statements,
        log_statements,
      }),
    ),
);
