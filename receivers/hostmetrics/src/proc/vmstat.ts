import { numberAt, splitFields } from './fields.ts';

/** Counters since boot. */
export interface PagingCounters {
  readonly swapIn: number;
  readonly swapOut: number;
  readonly pageIn: number;
  readonly pageOut: number;
  /** Faults of both kinds. */
  readonly faults: number;
  readonly majorFaults: number;
}

/** Reads /proc/vmstat (proc_vmstat(5)). */
export function parseVmStat(text: string): PagingCounters {
  const counters = new Map<string, number>();
  for (const line of text.split('\n')) {
    const fields = splitFields(line);
    if (fields.length === 2) counters.set(fields[0] ?? '', numberAt(fields, 1));
  }
  const counter = (name: string): number => {
    const value = counters.get(name);
    if (value === undefined) throw new Error(`no "${name}" line`);
    return value;
  };
  return {
    // A kernel without swap support has no such lines.
    swapIn: counters.get('pswpin') ?? 0,
    swapOut: counters.get('pswpout') ?? 0,
    pageIn: counter('pgpgin'),
    pageOut: counter('pgpgout'),
    faults: counter('pgfault'),
    majorFaults: counter('pgmajfault'),
  };
}
