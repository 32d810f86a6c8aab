import { numberAt, splitFields, textAt } from './fields.ts';

/** Ticks a second in /proc/stat: USER_HZ, 100 on every Linux that Sonde runs on. */
export const TICKS_PER_SECOND = 100;

/** The states of a CPU's time, named as OpenTelemetry names them. */
export const CPU_STATES = [
  'user',
  'nice',
  'system',
  'idle',
  'wait',
  'interrupt',
  'softirq',
  'steal',
] as const;

export type CpuState = (typeof CPU_STATES)[number];

export interface CpuTimes {
  /** `cpu0`. */
  readonly cpu: string;
  /** Ticks since boot, a state each. Guest time is inside `user` and `nice`, as the kernel has it. */
  readonly ticks: Readonly<Record<CpuState, number>>;
}

export interface ProcStat {
  readonly cpus: readonly CpuTimes[];
  readonly bootUnixSeconds: number;
  /** Processes created since boot. */
  readonly processesCreated: number;
}

/** Reads /proc/stat (proc_stat(5)). Kernels before 2.6.11 had no `steal`; it is 0 there. */
export function parseStat(text: string): ProcStat {
  const cpus: CpuTimes[] = [];
  let bootUnixSeconds: number | undefined;
  let processesCreated: number | undefined;
  for (const line of text.split('\n')) {
    // The `intr` line alone may be tens of kilobytes: it is never split.
    if (/^cpu\d/.test(line)) cpus.push(cpuTimes(splitFields(line)));
    else if (line.startsWith('btime ')) bootUnixSeconds = numberAt(splitFields(line), 1);
    else if (line.startsWith('processes ')) processesCreated = numberAt(splitFields(line), 1);
  }
  if (bootUnixSeconds === undefined) throw new Error('no "btime" line');
  if (processesCreated === undefined) throw new Error('no "processes" line');
  return { cpus, bootUnixSeconds, processesCreated };
}

function cpuTimes(fields: readonly string[]): CpuTimes {
  return {
    cpu: textAt(fields, 0),
    ticks: {
      user: numberAt(fields, 1),
      nice: numberAt(fields, 2),
      system: numberAt(fields, 3),
      idle: numberAt(fields, 4),
      wait: numberAt(fields, 5),
      interrupt: numberAt(fields, 6),
      softirq: numberAt(fields, 7),
      steal: fields.length > 8 ? numberAt(fields, 8) : 0,
    },
  };
}
