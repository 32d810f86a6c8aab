import { z } from 'zod';
import { AuxiliarySchema, type AuxiliarySettings } from './auxiliary.ts';
import { type LogPatternSetting, LogPatternSettingsSchema } from './log-patterns.ts';

/**
 * What people change while Sonde runs: edited in the page or API, kept in the state database,
 * polled by pipelines. A section is added by the part that reads it; every field has a default, so
 * that an older reader and a newer writer agree.
 */
export interface Settings {
  /** Grows by one with every change; a version's content never changes. 0 is the defaults. */
  readonly version: number;
  readonly retention: RetentionSettings;
  /** Requests that no user makes. */
  readonly auxiliary: AuxiliarySettings;
  /** What people decided about patterns of log lines. */
  readonly logPatterns: readonly LogPatternSetting[];
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
}

const days = (fallback: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(1).max(3650).default(fallback);

/** Less would be dropped before anybody has seen it. */
const SIZE_MIN_BYTES = 100 * 1024 * 1024;

export const RetentionSchema: z.ZodType<RetentionSettings> = z.strictObject({
  tracesDays: days(14),
  logsDays: days(14),
  metricsDays: days(14),
  profilesDays: days(14),
  rollupsDays: days(90),
  metricRollupsDays: days(400),
  coldAfterDays: z.number().int().min(1).max(3650).nullable().default(null),
  sizeMaxBytes: z
    .number()
    .int()
    .min(SIZE_MIN_BYTES)
    .max(2 ** 50)
    .nullable()
    .default(null),
});

export const SettingsSchema: z.ZodType<Settings> = z.object({
  version: z.number().int().min(0).default(0),
  retention: RetentionSchema.default(RetentionSchema.parse({})),
  auxiliary: AuxiliarySchema.default(AuxiliarySchema.parse({})),
  logPatterns: LogPatternSettingsSchema.default([]),
});

export const DEFAULT_SETTINGS: Settings = SettingsSchema.parse({});
