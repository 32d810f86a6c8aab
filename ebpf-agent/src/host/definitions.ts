import type { MetricDefinition } from '../metrics/definitions.ts';

type Kind = MetricDefinition['kind'];

function metric(name: string, unit: string, kind: Kind, description: string): MetricDefinition {
  return { name, unit, kind, description, bounds: [] };
}

export const CPU_TIME: MetricDefinition = metric(
  'process.cpu.time',
  's',
  'counter',
  'CPU time of the service: of a process, or without one of all the others and of those that ended.',
);

export const CPU_DELAY: MetricDefinition = metric(
  'sonde.process.cpu.delay',
  's',
  'counter',
  'How long threads of the service were ready to run and waited for a CPU.',
);

export const MEMORY_USAGE: MetricDefinition = metric(
  'process.memory.usage',
  'By',
  'upDownCounter',
  'Memory in use (resident): of a process, or without one of all the others.',
);

export const MEMORY_KINDS: MetricDefinition = metric(
  'sonde.process.memory',
  'By',
  'upDownCounter',
  'Memory of the processes of the service by kind: anonymous, file, shared, swap.',
);

export const FAULTS: MetricDefinition = metric(
  'process.paging.faults',
  '{fault}',
  'counter',
  'Page faults of the processes of the service.',
);

export const DISK_IO: MetricDefinition = metric(
  'process.disk.io',
  'By',
  'counter',
  'Bytes that processes of the service had read from disks, and written to them.',
);

export const THREADS: MetricDefinition = metric(
  'process.thread.count',
  '{thread}',
  'upDownCounter',
  'Threads: of a process, or without one of all the others.',
);

export const OPEN_FILES: MetricDefinition = metric(
  'process.open_file_descriptor.count',
  '{file_descriptor}',
  'upDownCounter',
  'Open file descriptors: of a process, or without one of all the others.',
);

export const FILES_UTILIZATION: MetricDefinition = metric(
  'sonde.process.file_descriptor.utilization',
  '1',
  'gauge',
  'Share of its limit of open files that the process has which is nearest to it.',
);

/** `DISK_BOUNDS_NS` of `bpf/record.h`, in seconds. */
export const DISK_DURATION: MetricDefinition = {
  name: 'sonde.process.disk.duration',
  unit: 's',
  kind: 'histogram',
  description: 'How long requests to disks took that the service waited for, or had under way.',
  bounds: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
};

export const OOM_KILLS: MetricDefinition = metric(
  'sonde.service.oom_kills',
  '{process}',
  'counter',
  'Processes of the service that the kernel killed for want of memory.',
);

export const CONTAINER_MEMORY: MetricDefinition = metric(
  'container.memory.usage',
  'By',
  'upDownCounter',
  'Memory of the container or unit, files that it has in memory included.',
);

export const MEMORY_LIMIT: MetricDefinition = metric(
  'sonde.container.memory.limit',
  'By',
  'gauge',
  'The most memory that the container or unit may have.',
);

export const CPU_LIMIT: MetricDefinition = metric(
  'sonde.container.cpu.limit',
  '{cpu}',
  'gauge',
  'The most CPUs that the container or unit may use at a time.',
);

export const CPU_PERIODS: MetricDefinition = metric(
  'sonde.container.cpu.periods',
  '{period}',
  'counter',
  'Periods of the CPU limit that the container or unit ran in.',
);

export const THROTTLED_PERIODS: MetricDefinition = metric(
  'sonde.container.cpu.throttled.periods',
  '{period}',
  'counter',
  'Periods in which the container or unit was held up, having used what it may.',
);

export const THROTTLED_TIME: MetricDefinition = metric(
  'sonde.container.cpu.throttled.time',
  's',
  'counter',
  'How long the container or unit was held up, all CPUs together.',
);

export const LISTEN_OVERFLOWS: MetricDefinition = metric(
  'sonde.network.tcp.listen.overflows',
  '{connection}',
  'counter',
  'Connections that found the queue of a listening socket full.',
);

export const LISTEN_DROPS: MetricDefinition = metric(
  'sonde.network.tcp.listen.drops',
  '{connection}',
  'counter',
  'Connections that listening sockets did not take, for any reason.',
);

export const TCP_RESETS: MetricDefinition = metric(
  'sonde.network.tcp.resets',
  '{segment}',
  'counter',
  'Resets of TCP connections that the host sent, and open connections that were reset.',
);
