import { z } from 'zod';

export const RETENTION_RULES_MAX = 100;
/**
 * Numbers of days that the rows of one signal may have: each is a partition a day, and the store
 * takes no insert into more than 100 of them.
 */
export const RETENTION_CLASSES_MAX = 8;
const DAYS_MAX = 3650;
const RULE_NAME_LENGTH_MAX = 64;
const TEXT_LENGTH_MAX = 1024;
/** OpenTelemetry's largest: FATAL4. */
const SEVERITY_MAX = 24;

export type RuledSignal = 'traces' | 'logs' | 'metrics' | 'profiles';

/** Rows of `signal` that have all that is said are kept for `days`. Null is: any. */
export interface RetentionRule {
  /** Of its own among the rules; what was stored by it follows it when its days change. */
  readonly name: string;
  readonly signal: RuledSignal;
  readonly tenant: string | null;
  /** `service.namespace`. */
  readonly namespace: string | null;
  /** `service.name`. */
  readonly service: string | null;
  /** Severity numbers of log records, both inside; a record without a severity (0) is in neither. */
  readonly severityMin: number | null;
  readonly severityMax: number | null;
  readonly days: number;
}

/** Days that rows of each signal are kept; the time rule refuses older timestamps. */
export interface RetentionSettings {
  readonly tracesDays: number;
  readonly logsDays: number;
  readonly metricsDays: number;
  readonly profilesDays: number;
  readonly rollupsDays: number;
  readonly metricRollupsDays: number;
  /** Days after which rows move to the cold volume, where the store has one; null never. */
  readonly coldAfterDays: number | null;
  /** Bytes that the store may hold on its own disk; null is 20 GiB or a fifth of the disk. */
  readonly sizeMaxBytes: number | null;
  /** The first that matches decides; rows that none matches are kept for their signal's days. */
  readonly rules: readonly RetentionRule[];
}

const days = z.number().int().min(1).max(DAYS_MAX);
const text = z.string().max(TEXT_LENGTH_MAX).nullable().default(null);
const severity = z.number().int().min(1).max(SEVERITY_MAX).nullable().default(null);

export const RetentionRuleSchema: z.ZodType<RetentionRule> = z
  .strictObject({
    name: z.string().min(1).max(RULE_NAME_LENGTH_MAX),
    signal: z.enum(['traces', 'logs', 'metrics', 'profiles']),
    tenant: text,
    namespace: text,
    service: text,
    severityMin: severity,
    severityMax: severity,
    days,
  })
  .refine(
    ({ signal, severityMin, severityMax }) =>
      signal === 'logs' || (severityMin === null && severityMax === null),
    { error: 'only logs have a severity', path: ['severityMax'] },
  );

/**
 * What a rule lacks in words, undefined when it has a condition. Not part of the schema: a rule
 * without one holds for all rows of its signal, and settings that are stored stay readable.
 */
export function missingCondition(rule: RetentionRule): string | undefined {
  const { name, signal, tenant, namespace, service, severityMin, severityMax } = rule;
  const conditions = [tenant, namespace, service, severityMin, severityMax];
  if (conditions.some((condition) => condition !== null)) return undefined;
  const names = `tenant, namespace${signal === 'logs' ? ', service, severityMin or severityMax' : ' or service'}`;
  return (
    `the rule "${name}" has no condition and would hold for all ${signal}: give it a ${names}, or ` +
    `change ${signal}Days instead`
  );
}

/** Less would be dropped before anybody has seen it. */
const SIZE_MIN_BYTES = 100 * 1024 * 1024;

export const RetentionSchema: z.ZodType<RetentionSettings> = z
  .strictObject({
    tracesDays: days.default(14),
    logsDays: days.default(14),
    metricsDays: days.default(14),
    profilesDays: days.default(14),
    rollupsDays: days.default(90),
    metricRollupsDays: days.default(400),
    coldAfterDays: days.nullable().default(null),
    sizeMaxBytes: z
      .number()
      .int()
      .min(SIZE_MIN_BYTES)
      .max(2 ** 50)
      .nullable()
      .default(null),
    rules: z.array(RetentionRuleSchema).max(RETENTION_RULES_MAX).default([]),
  })
  .superRefine((retention, context) => {
    const names = retention.rules.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['rules'],
        message: `two rules are named "${twice}": give each a name of its own`,
      });
    }
    for (const signal of ['traces', 'logs', 'metrics', 'profiles'] as const) {
      const { length } = retentionClasses(retention, signal);
      if (length <= RETENTION_CLASSES_MAX) continue;
      context.addIssue({
        code: 'custom',
        path: ['rules'],
        message:
          `${signal} would have ${length} different numbers of days, at most ` +
          `${RETENTION_CLASSES_MAX} are possible: let rules share numbers`,
      });
    }
  });

/** The numbers of days that rows of a signal may have, its own first. */
export function retentionClasses(
  retention: RetentionSettings,
  signal: RuledSignal,
): readonly number[] {
  const rules = retention.rules.filter((rule) => rule.signal === signal);
  return [...new Set([retention[`${signal}Days`], ...rules.map((rule) => rule.days)])];
}
