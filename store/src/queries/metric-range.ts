import { param, type Sql, sql } from '../client/sql.ts';
import { METRIC_ROLLUP_SECONDS } from '../schema/metric-windows-5m.ts';

/** Steps of one answer. */
const STEPS_MAX = 11_000;

/**
 * A metric between two times in steps, as roll-ups can answer it: all three are whole five minutes.
 * The start is rounded down, end and step up. Throws `RangeError` over 11,000 steps or when the end
 * is not after the start.
 */
export class MetricRange {
  readonly tenant: string;
  readonly metric: string;
  readonly fromUnixSeconds: number;
  /** Exclusive. */
  readonly toUnixSeconds: number;
  readonly stepSeconds: number;

  constructor(range: {
    readonly tenant: string;
    readonly metric: string;
    readonly fromUnixSeconds: number;
    readonly toUnixSeconds: number;
    readonly stepSeconds: number;
  }) {
    const windows = (seconds: number): number => Math.ceil(seconds / METRIC_ROLLUP_SECONDS);
    this.tenant = range.tenant;
    this.metric = range.metric;
    this.fromUnixSeconds =
      Math.floor(range.fromUnixSeconds / METRIC_ROLLUP_SECONDS) * METRIC_ROLLUP_SECONDS;
    this.toUnixSeconds = windows(range.toUnixSeconds) * METRIC_ROLLUP_SECONDS;
    this.stepSeconds = Math.max(1, windows(range.stepSeconds)) * METRIC_ROLLUP_SECONDS;
    const steps = (this.toUnixSeconds - this.fromUnixSeconds) / this.stepSeconds;
    if (!(steps > 0 && steps <= STEPS_MAX)) throw new RangeError(`a range of ${steps} steps`);
  }

  /** The rows of the range, and those of the five minutes before it: where counters stood. */
  rows(): Sql {
    return sql`tenant = ${param.string(this.tenant)} AND metric = ${param.string(this.metric)}
      AND time >= toDateTime(${param.uint32(this.fromUnixSeconds - METRIC_ROLLUP_SECONDS)}, 'UTC')
      AND time < toDateTime(${param.uint32(this.toUnixSeconds)}, 'UTC')`;
  }

  /** Of a row `time`: whether it lies in the range. */
  isInside(): Sql {
    return sql`time >= toDateTime(${param.uint32(this.fromUnixSeconds)}, 'UTC')`;
  }

  /** Of a row `time`: start of its step, unix seconds. Steps count from the start of the range. */
  step(): Sql {
    const from = param.uint32(this.fromUnixSeconds);
    const step = param.uint32(this.stepSeconds);
    return sql`toUInt32(${from} + intDiv(toUnixTimestamp(time) - ${from}, ${step}) * ${step})`;
  }

  /**
   * Of a series' first row: whether the counter stood at zero inside the range, so that all it shows
   * was counted there. A point as old as its start has no known start: it is a base alone.
   */
  isBorn(): Sql {
    return sql`(toUnixTimestamp64Nano(first_start) > 0 AND first_time > first_start
      AND first_start >= toDateTime(${param.uint32(this.fromUnixSeconds)}, 'UTC'))`;
  }
}
