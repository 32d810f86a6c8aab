import type { UnseenMetrics } from '../capabilities/coverage.ts';
import { PROCESSES_LISTED_MAX } from '../limits.ts';
import type { MetricDefinition } from '../metrics/definitions.ts';
import { addValue, newSeries, type Series } from '../metrics/series.ts';
import { attributesOf } from '../requests/attributes.ts';
import {
  CPU_DELAY,
  CPU_TIME,
  DISK_IO,
  FAULTS,
  FILES_UTILIZATION,
  MEMORY_KINDS,
  MEMORY_USAGE,
  OPEN_FILES,
  THREADS,
} from './definitions.ts';
import { takeDue } from './due.ts';
import { type ProcessHolding, residentBytes, Used } from './task-usage.ts';

const NS_PER_S = 1e9;

/** Gauges that a process has, or all that have none of their own together. */
interface Gauges {
  readonly resident: Series;
  readonly threads: Series;
  readonly files: Series;
}

/** A process that has series of its own. */
interface Listed extends Gauges {
  readonly user: Series;
  readonly system: Series;
}

const MEMORY_KIND = 'sonde.memory.kind';

type Points = readonly [MetricDefinition, readonly Series[]];

/**
 * What the processes of one service use. The first `PROCESSES_LISTED_MAX` of them have series of their
 * own with their number; the rest are one, without, and so are those that ended and commands: the sum
 * over all is the service's, and never falls.
 */
export class WorkloadUsage {
  readonly #listed = new Map<number, Listed>();
  readonly #user = counter({ 'cpu.mode': 'user' });
  readonly #system = counter({ 'cpu.mode': 'system' });
  readonly #delay = counter({});
  readonly #minor = counter({ 'process.paging.fault_type': 'minor' });
  readonly #major = counter({ 'process.paging.fault_type': 'major' });
  readonly #read = counter({ 'disk.io.direction': 'read' });
  readonly #write = counter({ 'disk.io.direction': 'write' });
  /** Of those without series of their own. */
  readonly #rest: Gauges = gauges({});
  readonly #kinds = {
    anonymous: counter({ [MEMORY_KIND]: 'anonymous' }),
    file: counter({ [MEMORY_KIND]: 'file' }),
    shared: counter({ [MEMORY_KIND]: 'shared' }),
    swap: counter({ [MEMORY_KIND]: 'swap' }),
  };
  readonly #filesUtilization = counter({});
  /** What is said anew each time. */
  readonly #held = [...Object.values(this.#rest), ...Object.values(this.#kinds)];
  /** By metric; undefined when a process came or went. */
  #all: readonly Points[] | undefined;
  #isUsed = false;
  #rounds = 0;
  #isAsked = false;

  /** Of a process that began after a round was asked for, the next one tells. */
  get coverage(): 'seen' | 'unknown' | UnseenMetrics {
    if (this.#isUsed) return 'seen';
    if (!this.#isAsked) return this.#rounds === 0 ? 'unknown' : 'off';
    return this.#rounds < 2 ? 'unknown' : 'hidden';
  }

  /** Before what processes hold is said anew; `isAsked`: the kernel says what is used. */
  begin(isAsked: boolean): void {
    this.#rounds++;
    this.#isAsked = isAsked;
    for (const series of this.#held) series.sum = 0;
    this.#filesUtilization.sum = 0;
  }

  /** Gives a process series of its own, while there is room. */
  list(pid: number, executable: string): void {
    if (this.#listed.has(pid) || this.#listed.size >= PROCESSES_LISTED_MAX) return;
    this.#all = undefined;
    const process = { 'process.pid': pid, 'process.executable.name': executable };
    this.#listed.set(pid, {
      user: counter({ 'cpu.mode': 'user', ...process }),
      system: counter({ 'cpu.mode': 'system', ...process }),
      ...gauges(process),
    });
  }

  /** It ended, or is another service's: what it used later is the others'. */
  unlist(pid: number): void {
    if (this.#listed.delete(pid)) this.#all = undefined;
  }

  /** What a process used since the last time: `Used`. */
  add(pid: number, used: Float64Array): void {
    this.#isUsed = true;
    const at = (field: number): number => used[field] ?? 0;
    const seconds = at(Used.runNs) / NS_PER_S;
    const ticks = at(Used.userNs) + at(Used.systemNs);
    const user = ticks === 0 ? seconds : (seconds * at(Used.userNs)) / ticks;
    const listed = this.#listed.get(pid);
    grow(listed?.user ?? this.#user, user);
    grow(listed?.system ?? this.#system, seconds - user);
    grow(this.#delay, at(Used.delayNs) / NS_PER_S);
    grow(this.#minor, at(Used.minorFaults));
    grow(this.#major, at(Used.majorFaults));
    grow(this.#read, at(Used.readBytes));
    grow(this.#write, at(Used.writeBytes));
  }

  hold(pid: number, holding: ProcessHolding): void {
    const listed = this.#listed.get(pid);
    const isListed = listed !== undefined;
    const { resident, threads, files } = listed ?? this.#rest;
    put(resident, residentBytes(holding), isListed);
    put(threads, holding.threads, isListed);
    put(files, holding.files, isListed);
    this.#kinds.anonymous.sum += holding.anonymousBytes;
    this.#kinds.file.sum += holding.fileBytes;
    this.#kinds.shared.sum += holding.sharedBytes;
    this.#kinds.swap.sum += holding.swapBytes;
    const share = holding.filesLimit > 0 ? holding.files / holding.filesLimit : 0;
    this.#filesUtilization.sum = Math.max(this.#filesUtilization.sum, share);
  }

  /** What is to be reported now: see `takeDue`. */
  *points(nowMs: number = performance.now()): Generator<Points> {
    if (!this.#isUsed) return;
    this.#all ??= this.#byMetric();
    for (const [definition, all] of this.#all) {
      const due = takeDue(all, nowMs);
      if (due.length > 0) yield [definition, due];
    }
  }

  #byMetric(): readonly Points[] {
    const listed = [...this.#listed.values()];
    const everyone = [...listed, this.#rest];
    const cpu = listed.flatMap(({ user, system }) => [user, system]);
    return [
      [CPU_TIME, [...cpu, this.#user, this.#system]],
      [CPU_DELAY, [this.#delay]],
      [FAULTS, [this.#minor, this.#major]],
      [DISK_IO, [this.#read, this.#write]],
      [MEMORY_USAGE, everyone.map(({ resident }) => resident)],
      [THREADS, everyone.map(({ threads }) => threads)],
      [OPEN_FILES, everyone.map(({ files }) => files)],
      [FILES_UTILIZATION, [this.#filesUtilization]],
      [MEMORY_KINDS, Object.values(this.#kinds)],
    ];
  }
}

type Attributes = Parameters<typeof attributesOf>[0];

function counter(attributes: Attributes): Series {
  return newSeries(attributesOf(attributes), 0);
}

function gauges(attributes: Attributes): Gauges {
  return {
    resident: counter(attributes),
    threads: counter(attributes),
    files: counter(attributes),
  };
}

/** Of a process of its own the value, of the others their sum. */
function put(series: Series, value: number, isListed: boolean): void {
  series.sum = isListed ? value : series.sum + value;
}

function grow(series: Series, by: number): void {
  if (by > 0) addValue(series, by, []);
}
