import type { GoRegexp } from '@sonde/go-regexp';
import { pattern, timestampReader } from '@sonde/log-operators';
import { duration, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

export interface SortConfig {
  readonly sort_type: 'numeric' | 'alphabetical' | 'timestamp' | 'mtime';
  readonly regex_key: string;
  readonly ascending: boolean;
  /** Of a timestamp: `strptime`, without blanks. */
  readonly layout: string;
  readonly location: string;
  /** Milliseconds; files older than it are left out. 0 for any. */
  readonly max_time: number;
}

export interface OrderingConfig {
  readonly regex: GoRegexp | undefined;
  readonly group_by: GoRegexp | undefined;
  readonly top_n: number;
  readonly sort_by: readonly SortConfig[];
}

const sort: z.ZodType<SortConfig> = z.strictObject({
  sort_type: z.enum(['numeric', 'alphabetical', 'timestamp', 'mtime'], {
    message: "'sort_type' must be specified",
  }),
  regex_key: z.string().default(''),
  ascending: z.boolean().default(false),
  layout: z.string().default(''),
  location: z.string().default('UTC'),
  max_time: duration('0s'),
});

const fields = z.strictObject({
  regex: pattern().optional(),
  group_by: pattern().optional(),
  top_n: z.int().default(1),
  sort_by: z.array(sort).default([]),
});

type Fields = z.output<typeof fields>;

/** The key `ordering_criteria`; undefined where nothing is sorted. */
export function orderingCriteria(): z.ZodType<OrderingConfig | undefined> {
  return fields
    .superRefine((config, context) => {
      for (const text of problems(config)) refuseMeaning(context, { text });
    })
    .transform((config): OrderingConfig | undefined =>
      config.sort_by.length === 0
        ? undefined
        : {
            regex: config.regex,
            group_by: config.group_by,
            top_n: config.top_n === 0 ? 1 : config.top_n,
            sort_by: config.sort_by,
          },
    )
    .optional();
}

function problems({ regex, top_n: top, sort_by: sorts }: Fields): readonly string[] {
  const found: string[] = [];
  if (top < 0) found.push("'top_n' must be a positive integer");
  for (const { sort_type: type, regex_key: key, layout, location } of sorts) {
    if (type === 'mtime') continue;
    if (regex === undefined) {
      found.push("'regex' must be specified when 'sort_by' is specified");
    } else if (!regex.groupNames.includes(key)) {
      found.push(`${type} sort: 'regex_key' must be a named group of 'regex'`);
    }
    if (type === 'timestamp' && layout !== '') found.push(...layoutProblems(layout, location));
    if (type === 'timestamp' && layout === '')
      found.push('timestamp sort: layout must be specified');
  }
  return [...new Set(found)];
}

function layoutProblems(layout: string, location: string): readonly string[] {
  try {
    timestampReader(layout, location);
    return [];
  } catch (error) {
    return [`timestamp sort: ${error instanceof Error ? error.message : String(error)}`];
  }
}
