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
import { HOLDS_NOTHING, type ProcessHolding, residentBytes, Used } from './task-usage.ts';

const NS_PER_S = 1e9;

/** A process that has series of its own. */
interface Listed {
  readonly pid: number;
  readonly executable: string;
  readonly user: Series;
  readonly system: Series;
  holding: ProcessHolding;
}

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
  #rest: ProcessHolding = { ...HOLDS_NOTHING };
  #all: ProcessHolding = { ...HOLDS_NOTHING };
  #filesUtilization = 0;
  #isUsed = false;

  /** Before what processes hold is said anew. */
  begin(): void {
    this.#rest = { ...HOLDS_NOTHING };
    this.#all = { ...HOLDS_NOTHING };
    this.#filesUtilization = 0;
  }

  /** Gives a process series of its own, while there is room. */
  list(pid: number, executable: string): void {
    if (this.#listed.has(pid) || this.#listed.size >= PROCESSES_LISTED_MAX) return;
    const own = (mode: string): Series =>
      counter({ 'cpu.mode': mode, 'process.pid': pid, 'process.executable.name': executable });
    const [user, system] = [own('user'), own('system')];
    this.#listed.set(pid, { pid, executable, user, system, holding: HOLDS_NOTHING });
  }

  /** It ended, or is another service's: what it used later is the others'. */
  unlist(pid: number): void {
    this.#listed.delete(pid);
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
    if (listed === undefined) addHolding(this.#rest, holding);
    else listed.holding = holding;
    addHolding(this.#all, holding);
    const share = holding.filesLimit > 0 ? holding.files / holding.filesLimit : 0;
    this.#filesUtilization = Math.max(this.#filesUtilization, share);
  }

  *points(): Generator<Points> {
    if (!this.#isUsed) return;
    const listed = [...this.#listed.values()];
    const cpu = listed.flatMap(({ user, system }) => [user, system]);
    yield [CPU_TIME, [...cpu, this.#user, this.#system]];
    yield [CPU_DELAY, [this.#delay]];
    yield [FAULTS, [this.#minor, this.#major]];
    yield [DISK_IO, [this.#read, this.#write]];
    yield [MEMORY_USAGE, this.#each(residentBytes)];
    yield [THREADS, this.#each(({ threads }) => threads)];
    yield [OPEN_FILES, this.#each(({ files }) => files)];
    yield [FILES_UTILIZATION, [gauge({}, this.#filesUtilization)]];
    const { anonymousBytes, fileBytes, sharedBytes, swapBytes } = this.#all;
    const kinds = { anonymous: anonymousBytes, file: fileBytes, shared: sharedBytes };
    const all = Object.entries({ ...kinds, swap: swapBytes });
    yield [MEMORY_KINDS, all.map(([kind, bytes]) => gauge({ 'sonde.memory.kind': kind }, bytes))];
  }

  #each(of: (holding: ProcessHolding) => number): readonly Series[] {
    const listed = [...this.#listed.values()].map(({ pid, executable, holding }) =>
      gauge({ 'process.pid': pid, 'process.executable.name': executable }, of(holding)),
    );
    const rest = of(this.#rest);
    return rest > 0 ? [...listed, gauge({}, rest)] : listed;
  }
}

type Attributes = Parameters<typeof attributesOf>[0];

function counter(attributes: Attributes): Series {
  return newSeries(attributesOf(attributes), 0);
}

function gauge(attributes: Attributes, value: number): Series {
  const series = counter(attributes);
  series.sum = value;
  return series;
}

function grow(series: Series, by: number): void {
  if (by > 0) addValue(series, by, []);
}

function addHolding(to: ProcessHolding, from: ProcessHolding): void {
  to.threads += from.threads;
  to.files += from.files;
  to.fileBytes += from.fileBytes;
  to.anonymousBytes += from.anonymousBytes;
  to.swapBytes += from.swapBytes;
  to.sharedBytes += from.sharedBytes;
}
