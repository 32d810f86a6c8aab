import { z } from '@hono/zod-openapi';
import { ANSWER_LIMITS } from '../../limits.ts';
import type { MetricScope } from '../../metrics/catalogue-queries.ts';
import { parseWhere, WHERE_FORMS } from '../../traces/where/parse-where.ts';
import { rangeParameters, type TimeRange, textParameter } from '../parameters.ts';

interface MetricParameters {
  readonly from: (typeof rangeParameters)['from'];
  readonly to: (typeof rangeParameters)['to'];
  readonly name: z.ZodType<string, string>;
  readonly service: ReturnType<typeof textParameter>;
  readonly where: ReturnType<typeof textParameter>;
}

/** The series that a request is about. */
export const metricParameters: MetricParameters = {
  ...rangeParameters,
  name: z
    .string({ error: 'must name a metric' })
    .min(1)
    .max(ANSWER_LIMITS.textLengthMax)
    .openapi({ description: 'Name of the metric.', example: 'http.server.requests' }),
  service: textParameter('Series of this service.', 'checkout'),
  where: textParameter(`Conditions on labels: ${WHERE_FORMS}.`, 'http.route=/cart'),
};

interface ParsedMetric extends TimeRange {
  readonly name: string;
  readonly service?: string | undefined;
  readonly where?: string | undefined;
}

/** The parsed parameters as what the readers take. */
export function metricScope(
  tenant: string,
  { from, to, name, service, where }: ParsedMetric,
): MetricScope {
  return { tenant, name, service, range: { from, to }, conditions: parseWhere(where ?? '') };
}
