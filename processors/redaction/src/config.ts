import { GoRegexp, GoRegexpError } from '@sonde/go-regexp';
import { nullMeansDefaults, refuseMeaning, textList } from '@sonde/pipeline';
import { z } from 'zod';

const HASHES = ['', 'md5', 'sha1', 'sha3'] as const;
const SUMMARIES = ['', 'debug', 'info', 'silent'] as const;

export interface RedactionConfig {
  /** Keep every key; otherwise those of `allowed_keys` alone. */
  readonly allow_all_keys: boolean;
  readonly allowed_keys: readonly string[];
  /** Left as they are, whatever their value. */
  readonly ignored_keys: readonly string[];
  readonly ignored_key_patterns: readonly string[];
  /** The whole value of a matching key is masked. */
  readonly blocked_key_patterns: readonly string[];
  /** Matches in values are masked. */
  readonly blocked_values: readonly string[];
  /** Values that match are left as they are. */
  readonly allowed_values: readonly string[];
  readonly redact_all_types: boolean;
  /** Of what is masked; empty writes `****`. */
  readonly hash_function: (typeof HASHES)[number];
  /** What is written beside: nothing, counts, or counts and keys. */
  readonly summary: (typeof SUMMARIES)[number];
}

/** Lists of patterns, and upstream's name of each. */
const PATTERNS = [
  ['ignored_key_patterns', 'failed to process ignore keys list'],
  ['blocked_values', 'failed to process block list'],
  ['blocked_key_patterns', 'failed to process block keys list'],
  ['allowed_values', 'failed to process allow list'],
] as const;

export const redactionConfig: z.ZodType<RedactionConfig> = nullMeansDefaults(
  z
    .strictObject({
      allow_all_keys: z.boolean().default(false),
      allowed_keys: textList(),
      ignored_keys: textList(),
      ignored_key_patterns: textList(),
      blocked_key_patterns: textList(),
      blocked_values: textList(),
      allowed_values: textList(),
      redact_all_types: z.boolean().default(false),
      hash_function: z.enum(HASHES).default(''),
      summary: z.enum(SUMMARIES).default(''),
    })
    .superRefine((config, context) => {
      for (const [name, failure] of PATTERNS) {
        for (const [index, pattern] of config[name].entries()) {
          const reason = reasonAgainst(pattern);
          if (reason === undefined) continue;
          refuseMeaning(context, {
            text: `error creating a redaction processor: ${failure}: error compiling regex in list: ${reason}`,
            path: [name, index],
          });
        }
      }
    }),
);

function reasonAgainst(pattern: string): string | undefined {
  try {
    return new GoRegexp(pattern) && undefined;
  } catch (error) {
    if (error instanceof GoRegexpError) return error.message;
    throw error;
  }
}
