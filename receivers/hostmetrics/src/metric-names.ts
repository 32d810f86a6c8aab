export type ScraperName =
  | 'cpu'
  | 'memory'
  | 'load'
  | 'disk'
  | 'filesystem'
  | 'network'
  | 'process'
  | 'processes'
  | 'paging'
  | 'system';

/** The metrics of each scraper, as they are switched below `metrics`. */
export const METRIC_NAMES: Readonly<Record<ScraperName, readonly string[]>> = {
  cpu: ['system.cpu.time', 'system.cpu.utilization', 'system.cpu.logical.count'],
  memory: [
    'system.memory.usage',
    'system.memory.utilization',
    'system.memory.limit',
    'system.linux.memory.available',
  ],
  load: ['system.cpu.load_average.1m', 'system.cpu.load_average.5m', 'system.cpu.load_average.15m'],
  disk: [
    'system.disk.io',
    'system.disk.operations',
    'system.disk.merged',
    'system.disk.operation_time',
    'system.disk.io_time',
    'system.disk.weighted_io_time',
    'system.disk.pending_operations',
  ],
  filesystem: [
    'system.filesystem.usage',
    'system.filesystem.inodes.usage',
    'system.filesystem.utilization',
  ],
  network: [
    'system.network.io',
    'system.network.packets',
    'system.network.errors',
    'system.network.dropped',
    'system.network.connections',
  ],
  process: [
    'process.cpu.time',
    'process.cpu.utilization',
    'process.memory.usage',
    'process.memory.virtual',
    'process.memory.utilization',
    'process.disk.io',
    'process.disk.operations',
    'process.paging.faults',
    'process.context_switches',
    'process.threads',
    'process.open_file_descriptors',
    'process.signals_pending',
    'process.uptime',
  ],
  processes: ['system.processes.count', 'system.processes.created'],
  paging: [
    'system.paging.usage',
    'system.paging.utilization',
    'system.paging.operations',
    'system.paging.faults',
  ],
  system: ['system.uptime'],
};

/**
 * Metrics that the Collector has and Sonde does not: a configuration may switch them off, as they are.
 */
export const UPSTREAM_METRIC_NAMES: Readonly<Partial<Record<ScraperName, readonly string[]>>> = {
  cpu: ['system.cpu.frequency', 'system.cpu.physical.count'],
  memory: [
    'system.linux.memory.dirty',
    'system.memory.linux.hugepages.limit',
    'system.memory.linux.hugepages.page_size',
    'system.memory.linux.hugepages.reserved',
    'system.memory.linux.hugepages.surplus',
    'system.memory.linux.hugepages.usage',
    'system.memory.linux.hugepages.utilization',
    'system.memory.linux.shared',
    'system.memory.page_size',
  ],
  network: ['system.network.conntrack.count', 'system.network.conntrack.max'],
  process: ['process.handles'],
};
