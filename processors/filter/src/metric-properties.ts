import { refuseMeaning } from '@sonde/pipeline';
import type { AttributeMatch, MatchProperties } from '@sonde/row-match';
import { z } from 'zod';
import { NO_PROPERTIES } from './log-properties.ts';

/** What metrics must be like: their name and their resource. */
export interface MetricProperties {
  readonly match_type: string;
  readonly metric_names: readonly string[];
  readonly resource_attributes: readonly AttributeMatch[];
}

export function metricProperties(): z.ZodType<MetricProperties | undefined> {
  return z
    .strictObject({
      match_type: z.string().default(''),
      /** Sizes of upstream's cache: nothing to set here. */
      regexp: z.unknown().optional(),
      metric_names: z.array(z.string()).default([]),
      expressions: z.array(z.string()).default([]),
      resource_attributes: z
        .array(z.strictObject({ key: z.string().default(''), value: z.unknown().optional() }))
        .default([]),
    })
    .superRefine(({ match_type, expressions }, context) => {
      if (match_type !== 'expr' && expressions.length === 0) return;
      refuseMeaning(context, {
        text: 'expressions are not supported',
        hint: 'match_type is strict or regexp',
      });
    })
    .optional();
}

/** Metrics by name, and by resource: one test each, as upstream has it. */
export function ofMetricNames(
  properties: MetricProperties | undefined,
): MatchProperties | undefined {
  if (properties === undefined || properties.metric_names.length === 0) return undefined;
  const { match_type, metric_names } = properties;
  return { ...NO_PROPERTIES, match_type, metric_names };
}

export function ofMetricResources(
  properties: MetricProperties | undefined,
): MatchProperties | undefined {
  if (properties === undefined || properties.resource_attributes.length === 0) return undefined;
  const { match_type, resource_attributes } = properties;
  return { ...NO_PROPERTIES, match_type, resources: resource_attributes };
}
