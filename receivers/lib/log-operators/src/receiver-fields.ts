import { duration, type RetryConfig, refuseMeaning, section } from '@sonde/pipeline';
import { z } from 'zod';
import { exprString, type TextOfEntry } from './config-fields.ts';
import type { OperatorSpec } from './operator.ts';
import { operatorList } from './operator-list.ts';

/** The keys of every receiver that has operators. */
export interface LogReceiverConfig {
  readonly operators: readonly OperatorSpec[];
  readonly attributes: Readonly<Record<string, TextOfEntry>>;
  readonly resource: Readonly<Record<string, TextOfEntry>>;
  /** Undefined: off. */
  readonly retry_on_failure: RetryConfig | undefined;
}

type FieldsOf<C> = { readonly [K in keyof C]: z.ZodType<C[K]> };

const RETRY: z.ZodType<RetryConfig> = z
  .strictObject({
    initial_interval: duration('1s'),
    max_interval: duration('30s'),
    max_elapsed_time: duration('5m'),
  })
  .superRefine((retry, context) => {
    for (const [key, ms] of Object.entries(retry)) {
      if (ms < 0) refuseMeaning(context, { text: `'${key}' must be non-negative`, path: [key] });
    }
  })
  .transform((retry) => ({
    initialIntervalMs: retry.initial_interval,
    randomizationFactor: 0.5,
    multiplier: 1.5,
    maxIntervalMs: retry.max_interval,
    maxElapsedTimeMs: retry.max_elapsed_time,
  }));

/** Off unless it says `enabled: true`, as upstream's adapter. */
function retryOnFailure(): z.ZodType<RetryConfig | undefined> {
  return z.preprocess((raw) => withEnabled(raw), section(RETRY, { absent: 'off' })).optional();
}

function withEnabled(raw: unknown): unknown {
  if (raw === undefined) return undefined;
  if (raw === null) return { enabled: false };
  if (typeof raw !== 'object' || Array.isArray(raw)) return raw;
  return 'enabled' in raw ? raw : { ...raw, enabled: false };
}

const texts: z.ZodType<Readonly<Record<string, TextOfEntry>>> = z.record(z.string(), exprString());

/** Fields for the `z.strictObject` of a receiver. */
export const LOG_RECEIVER: FieldsOf<LogReceiverConfig> = {
  operators: operatorList(),
  attributes: texts.prefault({}),
  resource: texts.prefault({}),
  retry_on_failure: retryOnFailure(),
};
