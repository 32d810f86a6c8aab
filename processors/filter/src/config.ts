import { ERROR_MODE, type ErrorMode } from '@sonde/ottl';
import { type IssueSink, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import type { MatchProperties } from '@sonde/row-match';
import { matchProperties } from '@sonde/row-match';
import { z } from 'zod';
import {
  CONDITION_TEXTS,
  checkConditions,
  FLAT_LISTS,
  flatConditions,
  NAMED_LISTS,
} from './condition-config.ts';
import type { ConditionGroup, ConditionGroups, ConditionSignal } from './condition-groups.ts';
import { type LogProperties, logProperties } from './log-properties.ts';
import { type MetricProperties, metricProperties } from './metric-properties.ts';

interface Choice<P> {
  readonly include?: P | undefined;
  readonly exclude?: P | undefined;
}

export interface FilterConfig {
  /** Of conditions that do not have their own. */
  readonly error_mode: ErrorMode;
  readonly spans: Choice<MatchProperties>;
  readonly metrics: Choice<MetricProperties>;
  readonly logs: Choice<LogProperties>;
  /** What they hold for is dropped. */
  readonly conditions: ConditionGroups;
}

const NO_CHOICE = { include: undefined, exclude: undefined };
const LIST = z.array(z.unknown()).nullish();
const PROFILE_LISTS = { resource: LIST, profile: LIST };

/** The lists of conditions below a signal's section. */
function namedLists(signal: ConditionSignal): Record<string, typeof CONDITION_TEXTS> {
  const names = Object.keys(NAMED_LISTS[signal]);
  return Object.fromEntries(names.map((name) => [name, CONDITION_TEXTS]));
}

const SCHEMA = z.strictObject({
  error_mode: ERROR_MODE.default('ignore'),
  spans: z
    .strictObject({ include: matchProperties(), exclude: matchProperties() })
    .default(NO_CHOICE),
  traces: z.strictObject(namedLists('traces')).default({}),
  metrics: z
    .strictObject({
      ...namedLists('metrics'),
      regexp: z.unknown().optional(),
      include: metricProperties(),
      exclude: metricProperties(),
    })
    .default(NO_CHOICE),
  logs: z
    .strictObject({
      ...namedLists('logs'),
      include: logProperties(),
      exclude: logProperties(),
    })
    .default(NO_CHOICE),
  profiles: z.strictObject(PROFILE_LISTS).nullish(),
  trace_conditions: flatConditions('trace_conditions'),
  metric_conditions: flatConditions('metric_conditions'),
  log_conditions: flatConditions('log_conditions'),
  profile_conditions: LIST,
});

type Written = z.infer<typeof SCHEMA>;

export const filterConfig: z.ZodType<FilterConfig> = nullMeansDefaults(
  SCHEMA.transform((written, context): FilterConfig => {
    refuseProfiles(written, context);
    const conditions: ConditionGroups = {
      traces: groupsOf(written, 'traces', context),
      metrics: groupsOf(written, 'metrics', context),
      logs: groupsOf(written, 'logs', context),
    };
    refuseBoth(written, conditions, context);
    checkConditions(conditions, context);
    const { error_mode, spans, metrics, logs } = written;
    return {
      error_mode,
      spans,
      metrics: { include: metrics.include, exclude: metrics.exclude },
      logs: { include: logs.include, exclude: logs.exclude },
      conditions,
    };
  }),
);

function groupsOf(
  written: Written,
  signal: ConditionSignal,
  sink: IssueSink,
): readonly ConditionGroup[] {
  const section: Readonly<Record<string, unknown>> = Object(written[signal]);
  const named = Object.entries(NAMED_LISTS[signal]).flatMap(([list, context]) => {
    const conditions = CONDITION_TEXTS.parse(section[list]);
    return conditions.length === 0 ? [] : [{ path: [signal, list], context, conditions }];
  });
  const flat = flatOf(written, signal);
  if (flat.length > 0 && named.length > 0) {
    const settings = named.map(({ path }) => `"${path.join('.')}"`).join(', ');
    const list = FLAT_LISTS[signal];
    refuseMeaning(sink, {
      text: `cannot use context inferred conditions "${list}" and the settings ${settings} at the same time`,
      path: [list],
    });
  }
  return [...named, ...flat];
}

function flatOf(written: Written, signal: ConditionSignal): readonly ConditionGroup[] {
  switch (signal) {
    case 'traces':
      return written.trace_conditions;
    case 'metrics':
      return written.metric_conditions;
    case 'logs':
      return written.log_conditions;
  }
}

/** As upstream: one way of saying it for a signal. */
function refuseBoth(
  { spans, metrics, logs }: Written,
  groups: ConditionGroups,
  sink: IssueSink,
): void {
  const choices = [
    ['spans', spans, groups.traces],
    ['metrics', metrics, groups.metrics],
    ['logs', logs, groups.logs],
  ] as const;
  for (const [name, { include, exclude }, conditions] of choices) {
    if (conditions.length === 0 || (include === undefined && exclude === undefined)) continue;
    refuseMeaning(sink, {
      text: `cannot use ottl conditions and include/exclude for ${name} at the same time`,
      path: [name],
    });
  }
}

function refuseProfiles({ profiles, profile_conditions: flat }: Written, sink: IssueSink): void {
  const lists = { ...profiles, profile_conditions: flat };
  for (const [name, list] of Object.entries(lists)) {
    if (!Array.isArray(list) || list.length === 0) continue;
    const path = name === 'profile_conditions' ? [name] : ['profiles', name];
    refuseMeaning(sink, {
      text: `${path.join('::')}: profiles are not supported by this processor`,
      path,
      hint: 'conditions for traces, metrics and logs are',
    });
  }
}
