import { z } from 'zod';
import { AuxiliarySchema, type AuxiliarySettings } from './auxiliary.ts';
import { type LogPatternSetting, LogPatternSettingsSchema } from './log-patterns.ts';
import { RetentionSchema, type RetentionSettings } from './retention.ts';
import { type ServiceSettings, ServiceSettingsSchema } from './services.ts';

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
  /** Categories and teams. */
  readonly services: ServiceSettings;
  /** What people decided about patterns of log lines. */
  readonly logPatterns: readonly LogPatternSetting[];
}

export const SettingsSchema: z.ZodType<Settings> = z.object({
  version: z.number().int().min(0).default(0),
  retention: RetentionSchema.default(RetentionSchema.parse({})),
  auxiliary: AuxiliarySchema.default(AuxiliarySchema.parse({})),
  services: ServiceSettingsSchema.default(ServiceSettingsSchema.parse({})),
  logPatterns: LogPatternSettingsSchema.default([]),
});

export const DEFAULT_SETTINGS: Settings = SettingsSchema.parse({});
