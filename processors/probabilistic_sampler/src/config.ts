import { nullMeansDefaults, refuseMeaning, refuseReading } from '@sonde/pipeline';
import { z } from 'zod';
import { DIGITS_MAX } from './threshold.ts';

const MODES = ['hash_seed', 'proportional', 'equalizing'] as const;
const SOURCES: readonly string[] = ['traceID', 'record'];
/** 2^-56. */
const PROBABILITY_MIN = 2 ** -56;

export interface SamplerConfig {
  readonly sampling_percentage: number;
  readonly hash_seed: number;
  readonly mode: (typeof MODES)[number];
  /** Drop what the decision fails for. */
  readonly fail_closed: boolean;
  /** Hexadecimal digits of a threshold. */
  readonly sampling_precision: number;
  /** Log records: `traceID` or `record`. */
  readonly attribute_source: string;
  readonly from_attribute: string;
  readonly sampling_priority: string;
}

const MODE = z
  .string()
  .default('')
  .transform((text, context): (typeof MODES)[number] => {
    const mode = text === '' ? 'hash_seed' : MODES.find((known) => known === text);
    if (mode !== undefined) return mode;
    refuseReading(context, { text: `unsupported sampler mode ${JSON.stringify(text)}` });
    return z.NEVER;
  });

export const samplerConfig: z.ZodType<SamplerConfig> = nullMeansDefaults(
  z
    .strictObject({
      sampling_percentage: z.number().default(0).transform(Math.fround),
      hash_seed: z.int().min(0).max(0xffffffff).default(0),
      mode: MODE,
      fail_closed: z.boolean().default(true),
      sampling_precision: z.int().default(4),
      attribute_source: z.string().default('traceID'),
      from_attribute: z.string().default(''),
      sampling_priority: z.string().default(''),
    })
    .superRefine((config, context) => {
      const text = problemOf(config);
      if (text !== undefined) refuseMeaning(context, { text });
    }),
);

function problemOf(config: SamplerConfig): string | undefined {
  const { sampling_percentage: percentage, sampling_precision: precision } = config;
  const ratio = percentage / 100;
  if (ratio < 0) return `sampling rate is negative: ${percentage.toFixed(6)}%`;
  if (ratio > 0 && ratio < PROBABILITY_MIN) return `sampling rate is too small: ${percentage}%`;
  if (!SOURCES.includes(config.attribute_source)) {
    return `invalid attribute source: ${config.attribute_source}. Expected: traceID or record`;
  }
  if (precision === 0) return 'invalid sampling precision: 0';
  if (precision < 0 || precision > DIGITS_MAX) {
    return `sampling precision is too great, should be <= 14: ${precision}`;
  }
  return undefined;
}
