import { z } from 'zod';
import { duration } from './duration.ts';
import { refuseMeaning } from './refuse.ts';
import { section } from './section.ts';

/** Upstream's `configretry`, in milliseconds. */
export interface RetryConfig {
  readonly initialIntervalMs: number;
  readonly randomizationFactor: number;
  readonly multiplier: number;
  readonly maxIntervalMs: number;
  /** 0 is for ever. */
  readonly maxElapsedTimeMs: number;
}

const SHAPE = z.strictObject({
  initial_interval: duration('5s'),
  randomization_factor: z.number().default(0.5),
  multiplier: z.number().default(1.5),
  max_interval: duration('30s'),
  max_elapsed_time: duration('5m'),
});

/** The section `retry_on_failure`; undefined where it is off. On when absent. */
export function retryOnFailure(): z.ZodPrefault<z.ZodType<RetryConfig | undefined>> {
  const schema = SHAPE.superRefine((retry, context) => {
    for (const text of retryProblems(retry)) refuseMeaning(context, { text });
  }).transform(
    (retry): RetryConfig => ({
      initialIntervalMs: retry.initial_interval,
      randomizationFactor: retry.randomization_factor,
      multiplier: retry.multiplier,
      maxIntervalMs: retry.max_interval,
      maxElapsedTimeMs: retry.max_elapsed_time,
    }),
  );
  return section(schema, { absent: 'on', showsEnabled: true });
}

function retryProblems(retry: z.output<typeof SHAPE>): readonly string[] {
  const problems: string[] = [];
  const check = (holds: boolean, text: string): void => {
    if (!holds) problems.push(text);
  };
  const atLeastZero = 'value must be greater than or equal to 0';
  check(retry.initial_interval >= 0, `initial_interval ${atLeastZero}`);
  check(retry.randomization_factor >= 0, `randomization_factor ${atLeastZero}`);
  check(
    retry.randomization_factor <= 1,
    'randomization_factor value must be less than or equal to 1',
  );
  check(retry.multiplier >= 0, `multiplier ${atLeastZero}`);
  check(retry.max_interval >= 0, `max_interval ${atLeastZero}`);
  const elapsed = retry.max_elapsed_time;
  check(elapsed >= 0, `max_elapsed_time ${atLeastZero}`);
  const ends = elapsed > 0;
  check(
    !ends || elapsed >= retry.initial_interval,
    "'max_elapsed_time' must not be less than 'initial_interval'",
  );
  check(
    !ends || elapsed >= retry.max_interval,
    "'max_elapsed_time' must not be less than 'max_interval'",
  );
  return problems;
}
