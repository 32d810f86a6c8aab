import type { MetricDefinition } from '../metrics/definitions.ts';
import { newSeries, type Series } from '../metrics/series.ts';
import type { CgroupFigures } from './cgroup-files.ts';
import {
  CONTAINER_MEMORY,
  CPU_LIMIT,
  CPU_PERIODS,
  MEMORY_LIMIT,
  THROTTLED_PERIODS,
  THROTTLED_TIME,
} from './definitions.ts';
import { FollowedCounter } from './followed-counter.ts';

type Points = readonly [MetricDefinition, readonly Series[]];

const COUNTERS = [
  [CPU_PERIODS, 'periods'],
  [THROTTLED_PERIODS, 'throttledPeriods'],
  [THROTTLED_TIME, 'throttledSeconds'],
] as const;

const GAUGES = [
  [CPU_LIMIT, 'cpuLimit'],
  [MEMORY_LIMIT, 'memoryLimitBytes'],
  [CONTAINER_MEMORY, 'memoryBytes'],
] as const;

/** What a container or unit may use, and how it was held to it. */
export class WorkloadLimits {
  readonly #counters = COUNTERS.map(() => new FollowedCounter());
  #figures: CgroupFigures | undefined;

  update(figures: CgroupFigures): void {
    this.#figures = figures;
    COUNTERS.forEach(([, name], index) => {
      const value = figures[name];
      if (value !== undefined) this.#counters[index]?.follow(value);
    });
  }

  *points(): Generator<Points> {
    const figures = this.#figures;
    if (figures === undefined) return;
    for (const [definition, name] of GAUGES) {
      const value = figures[name];
      if (value === undefined) continue;
      const series = newSeries([], 0);
      series.sum = value;
      yield [definition, [series]];
    }
    // Without a limit nothing is ever held up.
    if (figures.cpuLimit === undefined) return;
    for (const [index, [definition]] of COUNTERS.entries()) {
      const counter = this.#counters[index];
      if (counter !== undefined) yield [definition, [counter.series]];
    }
  }
}
