import { z } from 'zod';

/** Patterns of all tenants that something was decided about. */
export const LOG_PATTERN_SETTINGS_MAX = 2000;
/** Ids of one pattern that are remembered. */
export const LOG_PATTERN_LEAVES_MAX = 64;
const NAME_LENGTH_MAX = 200;
const KEEP_ONE_IN_MAX = 1_000_000;

/**
 * What a person decided about a pattern of log lines. Patterns are merged and split as lines come;
 * the decision holds for whichever pattern has `id` or one of `leaves` later.
 */
export interface LogPatternSetting {
  readonly tenant: string;
  readonly service: string;
  /** The pattern's id when it was decided: 16 hex digits. */
  readonly id: string;
  /** Ids that lines of it had, some of them: what ingest goes by. */
  readonly leaves: readonly string[];
  /** A name of its own; empty: its template. */
  readonly name: string;
  readonly isMuted: boolean;
  readonly isPinned: boolean;
  /** A pattern of the same service that this one is shown as part of. */
  readonly mergedInto: string | null;
  /** Of so many lines one is stored; 1: all, 0: none. */
  readonly keepOneIn: number;
  /** Whether that is so for errors (severity 17 and above), too. */
  readonly alsoErrors: boolean;
  /** Bytes of bodies a day that are not stored by it, as of when it was decided. */
  readonly savedBytesADay: number;
}

const id = z.string().regex(/^[0-9a-f]{16}$/, 'must be 16 hex digits');

export const LogPatternSettingSchema: z.ZodType<LogPatternSetting> = z.strictObject({
  tenant: z.string().max(256),
  service: z.string().max(1024),
  id,
  leaves: z.array(id).max(LOG_PATTERN_LEAVES_MAX).default([]),
  name: z.string().max(NAME_LENGTH_MAX).default(''),
  isMuted: z.boolean().default(false),
  isPinned: z.boolean().default(false),
  mergedInto: id.nullable().default(null),
  keepOneIn: z.number().int().min(0).max(KEEP_ONE_IN_MAX).default(1),
  alsoErrors: z.boolean().default(false),
  savedBytesADay: z.number().min(0).default(0),
});

export const LogPatternSettingsSchema: z.ZodType<readonly LogPatternSetting[]> = z
  .array(LogPatternSettingSchema)
  .max(LOG_PATTERN_SETTINGS_MAX);
