import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { HostFiles } from '../host-files.ts';
import { PROCESS_RESOURCES_MAX, PROCESSES_MAX } from '../limits.ts';
import type { Metric, MetricDefinition, Point } from '../metric.ts';
import type { NameFilter } from '../name-filter.ts';
import { memoryBytes, parseMemInfo } from '../proc/meminfo.ts';
import {
  type PidStat,
  parseCommandLine,
  parseKeyValues,
  parsePasswd,
  parsePidStat,
} from '../proc/pid-files.ts';
import { parseStat } from '../proc/stat.ts';
import type { ResourceMetrics, ScrapeResult, Scraper } from '../scraper.ts';
import { PROCESS_DEFINITIONS, PROCESS_METRICS } from './process-metrics.ts';

export interface ProcessSettings {
  readonly filter: NameFilter;
  /** Resource attributes that are wanted. */
  readonly attributes: ReadonlySet<string>;
  isEnabled(definition: MetricDefinition): boolean;
  /** Kinds of errors that nobody wants to hear of. */
  readonly muted: ReadonlySet<ProcessProblem>;
  /** Processes that run for less are left out. Milliseconds. */
  readonly delayMs: number;
}

export type ProcessProblem = 'io' | 'exe' | 'user' | 'cgroup';

const PAGE_BYTES = 4096;
const PROCESSES_A_TURN = 64;
/** The kernel cuts the name of a command there. */
const NAME_BYTES = 15;

/** What processes of one scrape have in common. */
interface HostNow {
  readonly bootUnixMs: number;
  readonly nowMs: number;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly users: ReadonlyMap<string, string>;
}

interface CpuBefore {
  readonly startSeconds: number;
  readonly atMs: number;
  readonly stat: PidStat;
}

/** Metrics of each process, a resource a process. */
export class ProcessScraper implements Scraper {
  readonly name = 'process';
  readonly definitions: readonly MetricDefinition[] = PROCESS_DEFINITIONS;
  readonly #settings: ProcessSettings;
  /** Of the scrape before, by pid; at most `PROCESS_RESOURCES_MAX`. */
  #before: ReadonlyMap<string, CpuBefore> = new Map();

  constructor(settings: ProcessSettings) {
    this.#settings = settings;
  }

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const host = await readHost(files);
    const pids = (await files.names('proc')).filter((name) => /^\d+$/.test(name));
    const problems = new Problems(this.#settings.muted);
    const seen = new Map<string, CpuBefore>();
    const resources: ResourceMetrics[] = [];
    for (const [index, pid] of pids.slice(0, PROCESSES_MAX).entries()) {
      if (index % PROCESSES_A_TURN === PROCESSES_A_TURN - 1) await nextTurn();
      if (resources.length === PROCESS_RESOURCES_MAX) {
        problems.tooMany();
        break;
      }
      const stat = statOf(files, pid);
      if (stat === undefined || this.#isTooYoung(stat, host)) continue;
      const found = new ProcessReader(files, pid, problems);
      const resource = this.#resource(found, stat, host);
      if (resource === undefined) continue;
      const metrics = this.#metrics(found, stat, host);
      seen.set(pid, { startSeconds: stat.startSeconds, atMs: host.nowMs, stat });
      resources.push({ ...resource, metrics });
    }
    this.#before = seen;
    return { metrics: [], resources, warnings: problems.words() };
  }

  #isTooYoung({ startSeconds }: PidStat, { bootUnixMs }: HostNow): boolean {
    const { delayMs } = this.#settings;
    return delayMs > 0 && Date.now() - (bootUnixMs + startSeconds * 1000) < delayMs;
  }

  /** Undefined where the name is not wanted. */
  #resource(
    process: ProcessReader,
    stat: PidStat,
    host: HostNow,
  ): Omit<ResourceMetrics, 'metrics'> | undefined {
    const { attributes: wanted, filter } = this.#settings;
    const command = process.command();
    const name = fullName(stat.name, command[0]);
    if (!filter(name)) return undefined;
    const all: Readonly<Record<string, () => string | number | undefined>> = {
      'process.pid': () => Number(process.pid),
      'process.parent_pid': () => stat.parentPid,
      'process.executable.name': () => name,
      'process.executable.path': () => process.executable(),
      'process.command': () => command[0],
      'process.command_line': () => command.join(' '),
      'process.owner': () => process.owner(host.users),
      'process.cgroup': () => process.cgroup(),
    };
    const attributes: Record<string, string | number> = {};
    for (const [key, read] of Object.entries(all)) {
      const value = wanted.has(key) ? read() : undefined;
      if (value !== undefined && value !== '') attributes[key] = value;
    }
    return { attributes, startUnixMs: host.bootUnixMs + stat.startSeconds * 1000 };
  }

  #metrics(process: ProcessReader, stat: PidStat, host: HostNow): readonly Metric[] {
    const M = PROCESS_METRICS;
    const resident = stat.residentPages * PAGE_BYTES;
    const running = (Date.now() - host.bootUnixMs) / 1000 - stat.startSeconds;
    const read: readonly (readonly [MetricDefinition, () => readonly Point[]])[] = [
      [M.cpuTime, () => cpuPoints(stat)],
      [M.cpuUtilization, () => this.#utilization(process.pid, stat, host)],
      [M.memoryUsage, () => one(resident)],
      [M.memoryVirtual, () => one(stat.virtualBytes)],
      [M.memoryUtilization, () => one((resident / host.memoryBytes) * 100)],
      [M.diskIo, () => process.io('direction', { read: 'read_bytes', write: 'write_bytes' })],
      [M.diskOperations, () => process.io('direction', { read: 'syscr', write: 'syscw' })],
      [M.pagingFaults, () => faults(stat)],
      [M.contextSwitches, () => process.switches()],
      [M.threads, () => one(stat.threads)],
      [M.openFiles, () => process.openFiles()],
      [M.signalsPending, () => process.signals()],
      [M.uptime, () => one(Math.max(0, running))],
    ];
    return read
      .filter(([definition]) => this.#settings.isEnabled(definition))
      .map(([definition, points]) => ({ definition, points: points() }));
  }

  #utilization(pid: string, stat: PidStat, host: HostNow): readonly Point[] {
    const before = this.#before.get(pid);
    if (before === undefined || before.startSeconds !== stat.startSeconds) return [];
    const seconds = ((host.nowMs - before.atMs) / 1000) * host.cpus;
    if (seconds <= 0) return [];
    const earlier = cpuPoints(before.stat);
    return cpuPoints(stat).map(({ attributes, value }, index) => ({
      attributes,
      value: Math.max(0, value - (earlier[index]?.value ?? 0)) / seconds,
    }));
  }
}

function statOf(files: HostFiles, pid: string): PidStat | undefined {
  const line = files.lineNow(`proc/${pid}/stat`);
  return line === undefined ? undefined : parsePidStat(line);
}

async function readHost(files: HostFiles): Promise<HostNow> {
  const [stat, meminfo] = [await files.text('proc/stat'), await files.text('proc/meminfo')];
  const { bootUnixSeconds, cpus } = parseStat(stat);
  const passwd = await files.text('etc/passwd').catch(() => '');
  return {
    bootUnixMs: bootUnixSeconds * 1000,
    nowMs: performance.now(),
    memoryBytes: memoryBytes(parseMemInfo(meminfo), 'MemTotal'),
    cpus: Math.max(1, cpus.length),
    users: parsePasswd(passwd),
  };
}

/** A name that the kernel cut is made whole by the command. */
function fullName(name: string, command: string | undefined): string {
  if (name.length < NAME_BYTES || command === undefined) return name;
  const base = path.basename(command);
  return base.startsWith(name) ? base : name;
}

const one = (value: number): readonly Point[] => [{ attributes: {}, value }];

function cpuPoints(stat: PidStat): readonly Point[] {
  return [
    { attributes: { state: 'user' }, value: stat.userSeconds },
    { attributes: { state: 'system' }, value: stat.systemSeconds },
    { attributes: { state: 'wait' }, value: stat.waitSeconds },
  ];
}

function faults(stat: PidStat): readonly Point[] {
  return [
    { attributes: { type: 'major' }, value: stat.majorFaults },
    { attributes: { type: 'minor' }, value: stat.minorFaults },
  ];
}

/** What of a process has files of its own. */
class ProcessReader {
  readonly pid: string;
  readonly #files: HostFiles;
  readonly #problems: Problems;
  #status: ReadonlyMap<string, string> | undefined;

  constructor(files: HostFiles, pid: string, problems: Problems) {
    this.#files = files;
    this.pid = pid;
    this.#problems = problems;
  }

  command(): readonly string[] {
    const text = this.#files.lineNow(`proc/${this.pid}/cmdline`) ?? '';
    return parseCommandLine(Buffer.from(text, 'latin1').toString('utf8'));
  }

  executable(): string | undefined {
    return this.#readable('exe', this.#files.linkNow(`proc/${this.pid}/exe`));
  }

  owner(users: ReadonlyMap<string, string>): string | undefined {
    const [uid = ''] = (this.#statusFields().get('Uid') ?? '').split('\t');
    return this.#readable('user', users.get(uid));
  }

  cgroup(): string | undefined {
    const text = this.#files.lineNow(`proc/${this.pid}/cgroup`);
    return this.#readable('cgroup', text?.split('\n')[0]);
  }

  io(key: string, fields: Readonly<Record<string, string>>): readonly Point[] {
    const text = this.#readable('io', this.#files.lineNow(`proc/${this.pid}/io`));
    if (text === undefined) return [];
    const found = parseKeyValues(text);
    return Object.entries(fields).map(([name, field]) => ({
      attributes: { [key]: name },
      value: Number(found.get(field) ?? 0),
    }));
  }

  switches(): readonly Point[] {
    const fields = this.#statusFields();
    return [
      ['involuntary', 'nonvoluntary_ctxt_switches'],
      ['voluntary', 'voluntary_ctxt_switches'],
    ].map(([type = '', field = '']) => ({
      attributes: { type },
      value: Number(fields.get(field) ?? 0),
    }));
  }

  signals(): readonly Point[] {
    const [pending] = (this.#statusFields().get('SigQ') ?? '').split('/');
    return pending === undefined || pending === '' ? [] : one(Number(pending));
  }

  openFiles(): readonly Point[] {
    const count = this.#readable('io', this.#files.countNow(`proc/${this.pid}/fd`));
    return count === undefined ? [] : one(count);
  }

  #statusFields(): ReadonlyMap<string, string> {
    this.#status ??= parseKeyValues(this.#files.lineNow(`proc/${this.pid}/status`) ?? '');
    return this.#status;
  }

  #readable<T>(problem: ProcessProblem, value: T | undefined): T | undefined {
    if (value === undefined) this.#problems.count(problem);
    return value;
  }
}

const WORDS: Readonly<Record<ProcessProblem, string>> = {
  io: 'disk usage or open files',
  exe: 'the executable',
  user: 'the owner',
  cgroup: 'the cgroup',
};

/** One line for each kind of what cannot be read, however many processes it is of. */
class Problems {
  readonly #muted: ReadonlySet<ProcessProblem>;
  readonly #found: Set<ProcessProblem> = new Set();
  #isCut = false;

  constructor(muted: ReadonlySet<ProcessProblem>) {
    this.#muted = muted;
  }

  count(problem: ProcessProblem): void {
    if (!this.#muted.has(problem)) this.#found.add(problem);
  }

  tooMany(): void {
    this.#isCut = true;
  }

  words(): readonly string[] {
    const words = [...this.#found].map(
      (problem) => `${WORDS[problem]} of some processes cannot be read`,
    );
    return this.#isCut
      ? [...words, `more than ${PROCESS_RESOURCES_MAX} processes: the rest is left out`]
      : words;
  }
}
