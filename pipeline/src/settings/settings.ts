import { z } from 'zod';

/**
 * What people change while Sonde runs: edited in the page or API, kept in the state database,
 * polled by pipelines. A section is added by the part that reads it; every field has a default, so
 * that an older reader and a newer writer agree.
 */
export interface Settings {
  /** Grows by one with every change; a version's content never changes. 0 is the defaults. */
  readonly version: number;
  readonly retention: RetentionSettings;
}

/** Days that rows of each signal are kept; the time rule refuses older timestamps. */
export interface RetentionSettings {
  readonly tracesDays: number;
  readonly logsDays: number;
  readonly metricsDays: number;
  readonly profilesDays: number;
  readonly rollupsDays: number;
}

const days = (fallback: number): z.ZodDefault<z.ZodNumber> =>
  z.number().int().min(1).max(3650).default(fallback);

export const RetentionSchema: z.ZodType<RetentionSettings> = z.strictObject({
  tracesDays: days(14),
  logsDays: days(14),
  metricsDays: days(14),
  profilesDays: days(14),
  rollupsDays: days(90),
});

export const SettingsSchema: z.ZodType<Settings> = z.object({
  version: z.number().int().min(0).default(0),
  retention: RetentionSchema.default(RetentionSchema.parse({})),
});

export const DEFAULT_SETTINGS: Settings = SettingsSchema.parse({});
