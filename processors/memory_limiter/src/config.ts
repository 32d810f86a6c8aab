import { duration, nullMeansDefaults, refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

export interface MemoryLimiterConfig {
  /** Milliseconds. */
  readonly check_interval: number;
  readonly min_gc_interval_when_soft_limited: number;
  readonly min_gc_interval_when_hard_limited: number;
  /** 0 is not set; goes before the percentage. */
  readonly limit_mib: number;
  /** 0 is a fifth of the limit. */
  readonly spike_limit_mib: number;
  /** Of the memory that the process may use. */
  readonly limit_percentage: number;
  readonly spike_limit_percentage: number;
}

const UINT32_MAX = 0xffffffff;
const UINT32 = z.int().min(0).max(UINT32_MAX).default(0);

export const memoryLimiterConfig: z.ZodType<MemoryLimiterConfig> = nullMeansDefaults(
  z
    .strictObject({
      check_interval: duration('0s'),
      min_gc_interval_when_soft_limited: duration('10s'),
      min_gc_interval_when_hard_limited: duration('0s'),
      limit_mib: UINT32,
      spike_limit_mib: UINT32,
      limit_percentage: UINT32,
      spike_limit_percentage: UINT32,
    })
    .superRefine((config, context) => {
      const text = problemOf(config);
      if (text !== undefined) refuseMeaning(context, { text });
    }),
);

function problemOf(config: MemoryLimiterConfig): string | undefined {
  const { limit_mib: limit, spike_limit_mib: spike } = config;
  const { limit_percentage: percentage, spike_limit_percentage: spikePercentage } = config;
  if (config.check_interval <= 0) return "'check_interval' must be greater than zero";
  if (config.min_gc_interval_when_soft_limited < config.min_gc_interval_when_hard_limited) {
    return "'min_gc_interval_when_soft_limited' should be larger than 'min_gc_interval_when_hard_limited'";
  }
  if (limit === 0 && percentage === 0) {
    return "'limit_mib' or 'limit_percentage' must be greater than zero";
  }
  if (percentage > 100 || spikePercentage > 100) {
    return "'limit_percentage' and 'spike_limit_percentage' must be greater than zero and less than or equal to hundred";
  }
  if (limit > 0 && limit <= spike) return "'spike_limit_mib' must be smaller than 'limit_mib'";
  if (percentage > 0 && percentage <= spikePercentage) {
    return "'spike_limit_percentage' must be smaller than 'limit_percentage'";
  }
  return undefined;
}
