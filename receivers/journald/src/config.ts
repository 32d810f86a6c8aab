import { LOG_RECEIVER, type LogReceiverConfig } from '@sonde/log-operators';
import { nullMeansDefaults, refuseMeaning, refuseReading, textList } from '@sonde/pipeline';
import { z } from 'zod';
import { FILTERS_MAX } from './limits.ts';

export interface JournaldConfig extends LogReceiverConfig {
  readonly directory?: string | undefined;
  readonly files: readonly string[];
  readonly start_at: string;
  readonly units: readonly string[];
  readonly identifiers: readonly string[];
  /** Each a set of fields that must all match. */
  readonly matches: readonly Readonly<Record<string, string>>[];
  readonly priority: string;
  readonly grep: string;
  readonly dmesg: boolean;
  readonly all: boolean;
  readonly namespace: string;
  readonly merge: boolean;
  /** `MESSAGE` that journald gives as bytes becomes text. */
  readonly convert_message_bytes: boolean;
  readonly journalctl_path: string;
  /** Id of a storage extension. */
  readonly storage?: string | undefined;
}

const FIELD_NAME = /^[_A-Z0-9]+$/;
const PRIORITY = '(?:emerg|alert|crit|err|warning|notice|info|debug|[0-7])';
const PRIORITIES = new RegExp(`^${PRIORITY}(?:\\.\\.${PRIORITY})?$`);

const SWITCH: z.ZodType<boolean> = z.boolean().default(false);

const fields = z.strictObject({
  ...LOG_RECEIVER,
  directory: z.string().optional(),
  files: textList(),
  start_at: z.string().default('end'),
  units: textList(),
  identifiers: textList(),
  matches: z.array(z.record(z.string(), z.string())).default([]),
  priority: z.string().default('info'),
  grep: z.string().default(''),
  dmesg: SWITCH,
  all: SWITCH,
  namespace: z.string().default(''),
  merge: SWITCH,
  convert_message_bytes: SWITCH,
  journalctl_path: z.string().min(1).default('journalctl'),
  storage: z.string().optional(),
  root_path: z
    .unknown()
    .transform((value, context): undefined => {
      if (value === undefined || value === null || value === '') return undefined;
      refuseReading(context, {
        text: 'is not supported',
        hint: 'mount the journal and name its directory',
      });
      return z.NEVER;
    })
    .optional(),
});

type Fields = z.output<typeof fields>;

/** Upstream's configuration, with its defaults. */
export const journaldConfig: z.ZodType<JournaldConfig> = nullMeansDefaults(
  fields.superRefine((config, context) => {
    for (const text of problems(config)) refuseMeaning(context, { text });
  }),
);

function problems(config: Fields): readonly string[] {
  const found: string[] = [];
  const { start_at: startAt, priority, matches } = config;
  if (startAt !== 'end' && startAt !== 'beginning') {
    found.push(`invalid value '${startAt}' for parameter 'start_at'`);
  }
  if (!PRIORITIES.test(priority))
    found.push(`invalid value '${priority}' for parameter 'priority'`);
  for (const key of matches.flatMap((match) => Object.keys(match))) {
    if (!FIELD_NAME.test(key)) found.push(`'${key}' is not a valid Systemd field name`);
  }
  for (const key of ['files', 'units', 'identifiers', 'matches'] as const) {
    if (config[key].length > FILTERS_MAX)
      found.push(`'${key}' has more than ${FILTERS_MAX} entries`);
  }
  if (config.directory !== undefined && config.files.length > 0) {
    found.push("only one of 'directory' and 'files' can be set");
  }
  return found;
}
