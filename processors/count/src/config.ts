import { nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';
import { problemOf } from './check-metrics.ts';
import type { CountedMetric, RawValue } from './counted-metric.ts';
import { DEFAULT_METRICS, SECTION_NAMES, type SectionName } from './sections.ts';

export type CountConfig = Readonly<Record<SectionName, readonly CountedMetric[]>>;

const METRICS_MAX = 1_000;
const CONDITIONS_MAX = 10_000;
const ATTRIBUTES_MAX = 128;

const RAW_VALUE: z.ZodType<RawValue> = z.json();

const METRIC = z
  .strictObject({
    description: z.string().default(''),
    conditions: z.array(z.string()).max(CONDITIONS_MAX).default([]),
    attributes: z
      .array(z.strictObject({ key: z.string().default(''), default_value: RAW_VALUE.optional() }))
      .max(ATTRIBUTES_MAX)
      .default([]),
  })
  .nullable()
  .transform((metric) => metric ?? { description: '', conditions: [], attributes: [] });

/** Metrics by name; none at all are the default ones. */
function section(name: SectionName): z.ZodType<readonly CountedMetric[]> {
  return z
    .record(z.string(), METRIC)
    .default({})
    .transform((metrics, context): readonly CountedMetric[] => {
      const written = Object.entries(metrics).map(([key, metric]) => ({ name: key, ...metric }));
      if (written.length > METRICS_MAX) {
        refuseMeaning(context, { text: `${name}: more than ${METRICS_MAX} metrics` });
      }
      return written.length === 0 ? DEFAULT_METRICS[name] : written;
    });
}

export const CountConfigSchema: z.ZodType<CountConfig> = nullMeansDefaults(
  z
    .strictObject({
      spans: section('spans'),
      spanevents: section('spanevents'),
      metrics: section('metrics'),
      datapoints: section('datapoints'),
      logs: section('logs'),
      profiles: z.record(z.string(), z.unknown()).nullish(),
    })
    .superRefine(({ profiles, ...sections }, context) => {
      for (const name of SECTION_NAMES) {
        for (const metric of sections[name]) {
          const problem = problemOf(name, metric);
          if (problem === undefined) continue;
          refuseMeaning(context, {
            ...problem,
            path: metric.name === '' ? [name] : [name, metric.name],
          });
          return;
        }
      }
      if (Object.keys(profiles ?? {}).length === 0) return;
      refuseMeaning(context, {
        text: 'profiles: profiles are not supported by this connector',
        path: ['profiles'],
        hint: 'spans, spanevents, metrics, datapoints and logs are',
      });
    })
    .transform(
      ({ spans, spanevents, metrics, datapoints, logs }): CountConfig => ({
        spans,
        spanevents,
        metrics,
        datapoints,
        logs,
      }),
    ),
);
