import type { MetricDefinition, MetricKind } from '../metric.ts';

type Numbers = 'int' | 'double';

function define(
  name: string,
  description: string,
  options: { unit: string; kind: MetricKind; valueType?: Numbers; enabledByDefault?: boolean },
): MetricDefinition {
  const { unit, kind, valueType = 'int', enabledByDefault = false } = options;
  return { name: `process.${name}`, description, unit, kind, valueType, enabledByDefault };
}

const counter = { kind: 'counter' } as const;
const amount = { kind: 'upDownCounter' } as const;
const gauge = { kind: 'gauge', valueType: 'double' } as const;
const on = { enabledByDefault: true } as const;

type ProcessMetric =
  | 'cpuTime'
  | 'cpuUtilization'
  | 'memoryUsage'
  | 'memoryVirtual'
  | 'memoryUtilization'
  | 'diskIo'
  | 'diskOperations'
  | 'pagingFaults'
  | 'contextSwitches'
  | 'threads'
  | 'openFiles'
  | 'signalsPending'
  | 'uptime';

/** Upstream's metrics of a process, those of Windows left out. */
export const PROCESS_METRICS: Readonly<Record<ProcessMetric, MetricDefinition>> = {
  cpuTime: define('cpu.time', 'Total CPU seconds broken down by different states.', {
    ...counter,
    ...on,
    unit: 's',
    valueType: 'double',
  }),
  cpuUtilization: define(
    'cpu.utilization',
    'Percentage of total CPU time used by the process since last scrape, expressed as a value between 0 and 1.',
    { ...gauge, unit: '1' },
  ),
  memoryUsage: define('memory.usage', 'The amount of physical memory in use.', {
    ...amount,
    ...on,
    unit: 'By',
  }),
  memoryVirtual: define('memory.virtual', 'The amount of committed virtual memory.', {
    ...amount,
    ...on,
    unit: 'By',
  }),
  memoryUtilization: define(
    'memory.utilization',
    'Percentage of total physical memory that is used by the process.',
    { ...gauge, unit: '1' },
  ),
  diskIo: define('disk.io', 'Disk bytes transferred.', { ...counter, ...on, unit: 'By' }),
  diskOperations: define('disk.operations', 'Number of disk operations performed by the process.', {
    ...counter,
    unit: '{operations}',
  }),
  pagingFaults: define('paging.faults', 'Number of page faults the process has made.', {
    ...counter,
    unit: '{faults}',
  }),
  contextSwitches: define(
    'context_switches',
    'Number of times the process has been context switched.',
    { ...counter, unit: '{count}' },
  ),
  threads: define('threads', 'Process threads count.', { ...amount, unit: '{threads}' }),
  openFiles: define('open_file_descriptors', 'Number of file descriptors in use by the process.', {
    ...amount,
    unit: '{count}',
  }),
  signalsPending: define('signals_pending', 'Number of pending signals for the process.', {
    ...amount,
    unit: '{signals}',
  }),
  uptime: define('uptime', 'The time the process has been running.', { ...gauge, unit: 's' }),
};

export const PROCESS_DEFINITIONS: readonly MetricDefinition[] = Object.values(PROCESS_METRICS);
