import { ERROR_MODE, type ErrorMode } from '@sonde/ottl';
import { nullMeansDefaults, refuseMeaning, refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import { pipelineIds } from './pipeline-ids.ts';
import { parseRequestCondition } from './request-condition.ts';

export type RouteAction = 'move' | 'copy';

/** A row of the table. */
export interface RouteConfig {
  /** Empty: inferred from the paths. */
  readonly context: string;
  /** One of both is not empty. */
  readonly statement: string;
  readonly condition: string;
  readonly pipelines: readonly string[];
  readonly action: RouteAction;
}

export interface RoutingConfig {
  readonly error_mode: ErrorMode;
  /** For what no row moves; none drops it. */
  readonly default_pipelines: readonly string[];
  readonly table: readonly RouteConfig[];
}

const ROUTES_MAX = 1_000;

const CONTEXTS: readonly string[] = [
  '',
  'resource',
  'span',
  'metric',
  'datapoint',
  'log',
  'otelcol',
  'request',
];

const ACTION = z.string().transform((text, context): RouteAction => {
  if (text === 'move' || text === 'copy') return text;
  refuseReading(context, { text: `invalid Action string: ${text}`, hint: 'move or copy' });
  return z.NEVER;
});

const ROUTE = z.strictObject({
  context: z.string().default(''),
  statement: z.string().default(''),
  condition: z.string().default(''),
  pipelines: pipelineIds(),
  action: ACTION.default('move'),
});

export const RoutingConfigSchema: z.ZodType<RoutingConfig> = nullMeansDefaults(
  z
    .strictObject({
      error_mode: ERROR_MODE.default('ignore'),
      default_pipelines: pipelineIds(),
      table: z.array(ROUTE).max(ROUTES_MAX).default([]),
    })
    .superRefine(({ table }, context) => {
      if (table.length === 0) {
        const text = 'invalid routing table: the routing table is empty';
        refuseMeaning(context, { text, path: ['table'] });
      }
      for (const [index, route] of table.entries()) {
        const text = problemOf(route);
        if (text === undefined) continue;
        refuseMeaning(context, { text, path: ['table', index] });
        return;
      }
    }),
);

/** In the order in which upstream looks. */
function problemOf({
  context,
  statement,
  condition,
  pipelines,
}: z.infer<typeof ROUTE>): string | undefined {
  if (statement === '' && condition === '') {
    return 'invalid route: no condition or statement provided';
  }
  if (statement !== '' && condition !== '') {
    return 'invalid route: both condition and statement provided';
  }
  if (pipelines.length === 0) return 'invalid route: no pipelines defined';
  if (!CONTEXTS.includes(context)) return `invalid context: ${context}`;
  if (context !== 'request') return undefined;
  if (condition === '') return `"request" context requires a 'condition'`;
  const parsed = parseRequestCondition(condition);
  return parsed.ok ? undefined : parsed.reason;
}
