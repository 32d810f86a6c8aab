import { z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import type { LogWish } from '../../logs/log-scope.ts';
import { SEARCH_FORMS } from '../../logs/search/search-scanner.ts';
import {
  hexParameter,
  integerParameter,
  rangeParameters,
  type TimeRange,
  textParameter,
} from '../parameters.ts';

const TRACE_ID_BYTES = 16;
const PATTERN_ID_BYTES = 8;
const SEVERITY_MAX = 24;

interface ScopeParameters {
  readonly from: (typeof rangeParameters)['from'];
  readonly to: (typeof rangeParameters)['to'];
  readonly q: ReturnType<typeof textParameter>;
  readonly service: ReturnType<typeof textParameter>;
  readonly minSeverity: ReturnType<typeof integerParameter>;
  readonly text: ReturnType<typeof textParameter>;
  readonly traceId: z.ZodOptional<ReturnType<typeof hexParameter>>;
  readonly pattern: z.ZodOptional<ReturnType<typeof hexParameter>>;
}

/** The records that a request is about. */
export const scopeParameters: ScopeParameters = {
  ...rangeParameters,
  q: textParameter(`A search: ${SEARCH_FORMS}.`, 'refused -service:cart http.status_code>=500'),
  service: textParameter('Records of this service.', 'checkout'),
  minSeverity: integerParameter({
    description: 'Least severity number: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal.',
    min: 1,
    max: SEVERITY_MAX,
    example: 17,
  }),
  text: textParameter('Part of the body, ASCII letters in either case.', 'refused'),
  traceId: hexParameter(
    TRACE_ID_BYTES,
    'Records of this trace.',
    '4bf92f3577b34da6a3ce929d0e0e4736',
  ).optional(),
  pattern: hexParameter(
    PATTERN_ID_BYTES,
    'Records of this pattern, by any id of its lines.',
    'a88dfafcb814d632',
  ).optional(),
};

interface ParsedScope extends TimeRange {
  readonly q?: string | undefined;
  readonly service?: string | undefined;
  readonly minSeverity?: number | undefined;
  readonly text?: string | undefined;
  readonly traceId?: string | undefined;
  readonly pattern?: string | undefined;
}

const RESOURCE_KEYS_MAX = 20;

/** Keys have no commas in them. */
export const resourceKeysParameter: z.ZodType<string[], string | undefined> = z
  .string()
  .max(ANSWER_LIMITS.textLengthMax)
  .optional()
  .openapi({
    description: `Attributes of the resource that come with each record, at most ${RESOURCE_KEYS_MAX}, with commas between.`,
    example: 'k8s.pod.name,service.version',
  })
  .transform((text = '') => text.split(',').filter(Boolean).slice(0, RESOURCE_KEYS_MAX));

/** The parsed parameters as what the readers take. */
export function logWish(tenant: string, { from, to, ...filters }: ParsedScope): LogWish {
  return { filter: { ...filters, tenant }, range: { from, to } };
}

/** A record's id in a path; `decodeCursor` says whether it is one. */
export const idParameter: z.ZodType<string, string> = z.string().openapi({
  param: { name: 'id', in: 'path' },
  description: '`id` of a record.',
  example: 'WyIxNzkwMDAwMDAwMDAwMDAwMDAwIiwxNCwiMSIsIjAiXQ',
});
