import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a control group may use, and what came of it; undefined: no limit, or not known. */
export interface CgroupFigures {
  readonly cpuLimit: number | undefined;
  readonly periods: number | undefined;
  readonly throttledPeriods: number | undefined;
  readonly throttledSeconds: number | undefined;
  readonly memoryLimitBytes: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** A limit beyond any machine: version 1 has no word for none. */
const NO_LIMIT_BYTES = 2 ** 60;

/** Where version 2 lies: alone, or beside version 1. */
const UNIFIED = ['', 'unified'];

/** Reads a group's files (cgroups(7), both versions); some ten small ones, 20 us each. */
export class CgroupFiles {
  readonly #root: string;

  constructor(rootPath: string) {
    this.#root = join(rootPath, 'sys/fs/cgroup');
  }

  read(groups: ReadonlyMap<string, string>): CgroupFigures {
    const unified = groups.get('');
    const memory = groups.get('memory');
    const cpu = groups.get('cpu');
    const second = unified === undefined ? undefined : this.#second(unified);
    return {
      cpuLimit: second?.cpuLimit,
      periods: second?.periods,
      throttledPeriods: second?.throttledPeriods,
      throttledSeconds: second?.throttledSeconds,
      memoryLimitBytes: second?.memoryLimitBytes,
      memoryBytes: second?.memoryBytes,
      ...(cpu === undefined ? {} : this.#firstCpu(join('cpu', cpu))),
      ...(memory === undefined ? {} : this.#firstMemory(join('memory', memory))),
    };
  }

  #second(path: string): CgroupFigures {
    const folder = UNIFIED.map((base) => join(base, path)).find(
      (candidate) => this.#text(join(candidate, 'cgroup.controllers')) !== '',
    );
    const text = (name: string): string =>
      folder === undefined ? '' : this.#text(join(folder, name));
    const [quota, period] = text('cpu.max').split(' ').map(Number);
    const stat = wordsOf(text('cpu.stat'));
    const throttledUs = stat.get('throttled_usec');
    return {
      cpuLimit: ratio(quota, period),
      periods: stat.get('nr_periods'),
      throttledPeriods: stat.get('nr_throttled'),
      throttledSeconds: throttledUs === undefined ? undefined : throttledUs / 1e6,
      memoryLimitBytes: numberOf(text('memory.max')),
      memoryBytes: numberOf(text('memory.current')),
    };
  }

  #firstCpu(folder: string): Omit<CgroupFigures, 'memoryLimitBytes' | 'memoryBytes'> {
    const quota = numberOf(this.#text(join(folder, 'cpu.cfs_quota_us')));
    const period = numberOf(this.#text(join(folder, 'cpu.cfs_period_us')));
    const stat = wordsOf(this.#text(join(folder, 'cpu.stat')));
    const throttledNs = stat.get('throttled_time');
    return {
      cpuLimit: ratio(quota, period),
      periods: stat.get('nr_periods'),
      throttledPeriods: stat.get('nr_throttled'),
      throttledSeconds: throttledNs === undefined ? undefined : throttledNs / 1e9,
    };
  }

  #firstMemory(folder: string): Pick<CgroupFigures, 'memoryLimitBytes' | 'memoryBytes'> {
    const limit = numberOf(this.#text(join(folder, 'memory.limit_in_bytes')));
    return {
      memoryLimitBytes: limit !== undefined && limit < NO_LIMIT_BYTES ? limit : undefined,
      memoryBytes: numberOf(this.#text(join(folder, 'memory.usage_in_bytes'))),
    };
  }

  #text(path: string): string {
    try {
      return readFileSync(join(this.#root, path), 'utf8');
    } catch {
      // That version or controller is not there.
      return '';
    }
  }
}

/** Undefined for `max` and what is no number. */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined;
}

function ratio(quota: number | undefined, period: number | undefined): number | undefined {
  if (quota === undefined || period === undefined) return undefined;
  return quota > 0 && period > 0 ? quota / period : undefined;
}

/** `name number`, a line each. */
function wordsOf(text: string): ReadonlyMap<string, number> {
  return new Map(
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => {
        const [name = '', value = ''] = line.split(' ');
        return [name, Number(value)];
      }),
  );
}
