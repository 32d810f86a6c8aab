import { nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import type { MatchProperties } from '@sonde/row-match';
import { matchProperties } from '@sonde/row-match';
import { z } from 'zod';
import { type LogProperties, logProperties } from './log-properties.ts';
import { type MetricProperties, metricProperties } from './metric-properties.ts';

interface Choice<P> {
  readonly include?: P | undefined;
  readonly exclude?: P | undefined;
}

export interface FilterConfig {
  /** Of conditions, which there are none of yet. */
  readonly error_mode: string;
  readonly spans: Choice<MatchProperties>;
  readonly metrics: Choice<MetricProperties>;
  readonly logs: Choice<LogProperties>;
}

/** Sections of conditions in OTTL, and their lists. */
const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  traces: ['resource', 'span', 'spanevent'],
  metrics: ['resource', 'metric', 'datapoint'],
  logs: ['resource', 'log_record'],
  profiles: ['resource', 'profile'],
};
const FLAT_CONDITIONS: readonly string[] = [
  'trace_conditions',
  'metric_conditions',
  'log_conditions',
  'profile_conditions',
];

const LIST = z.array(z.unknown()).nullish();
const NO_CHOICE = { include: undefined, exclude: undefined };

function conditionLists(section: string): Record<string, typeof LIST> {
  return Object.fromEntries((CONDITIONS[section] ?? []).map((name) => [name, LIST]));
}

export const filterConfig: z.ZodType<FilterConfig> = nullMeansDefaults(
  z
    .strictObject({
      error_mode: z.enum(['ignore', 'silent', 'propagate']).default('propagate'),
      spans: z
        .strictObject({ include: matchProperties(), exclude: matchProperties() })
        .default(NO_CHOICE),
      traces: z.strictObject(conditionLists('traces')).nullish(),
      metrics: z
        .strictObject({
          ...conditionLists('metrics'),
          regexp: z.unknown().optional(),
          include: metricProperties(),
          exclude: metricProperties(),
        })
        .default(NO_CHOICE),
      logs: z
        .strictObject({
          ...conditionLists('logs'),
          include: logProperties(),
          exclude: logProperties(),
        })
        .default(NO_CHOICE),
      profiles: z.strictObject(conditionLists('profiles')).nullish(),
      ...Object.fromEntries(FLAT_CONDITIONS.map((name) => [name, LIST])),
    })
    .superRefine((config, context) => {
      for (const path of conditionPaths(config)) {
        refuseMeaning(context, {
          text: `${path.join('::')}: conditions in OTTL are not supported`,
          path,
          hint: 'write them as include and exclude, or leave them to a Collector in front',
        });
      }
    })
    .transform(
      ({ error_mode, spans, metrics, logs }): FilterConfig => ({
        error_mode,
        spans,
        metrics: { include: metrics.include, exclude: metrics.exclude },
        logs: { include: logs.include, exclude: logs.exclude },
      }),
    ),
);

/** Where conditions are written. */
function conditionPaths(config: Readonly<Record<string, unknown>>): string[][] {
  const paths: string[][] = [];
  for (const [section, names] of Object.entries(CONDITIONS)) {
    const lists: Readonly<Record<string, unknown>> = Object(config[section]);
    for (const name of names) if (isFilled(lists[name])) paths.push([section, name]);
  }
  for (const name of FLAT_CONDITIONS) if (isFilled(config[name])) paths.push([name]);
  return paths;
}

function isFilled(list: unknown): boolean {
  return Array.isArray(list) && list.length > 0;
}
