import type { HostFiles } from '../host-files.ts';
import { TCP_TABLE_BYTES_MAX } from '../limits.ts';
import type { MetricDefinition, Point } from '../metric.ts';
import { ALL, type NameFilter } from '../name-filter.ts';
import { type InterfaceCounters, parseNetDev, type TrafficCounters } from '../proc/net-dev.ts';
import { TcpStateCounter } from '../proc/net-tcp.ts';
import type { ScrapeResult, Scraper } from '../scraper.ts';

function counter(name: string, unit: string, description: string): MetricDefinition {
  return { name, unit, description, kind: 'counter', valueType: 'int', enabledByDefault: true };
}

export const NETWORK_IO: MetricDefinition = counter(
  'system.network.io',
  'By',
  'The number of bytes transmitted and received.',
);
export const NETWORK_PACKETS: MetricDefinition = counter(
  'system.network.packets',
  '{packets}',
  'The number of packets transferred.',
);
export const NETWORK_ERRORS: MetricDefinition = counter(
  'system.network.errors',
  '{errors}',
  'The number of errors encountered.',
);
export const NETWORK_DROPPED: MetricDefinition = counter(
  'system.network.dropped',
  '{packets}',
  'The number of packets dropped.',
);
export const NETWORK_CONNECTIONS: MetricDefinition = {
  name: 'system.network.connections',
  description: 'The number of connections.',
  unit: '{connections}',
  kind: 'upDownCounter',
  valueType: 'int',
  enabledByDefault: true,
};

/** Traffic of every interface and TCP connections by state, of the host's network namespace. */
export class NetworkScraper implements Scraper {
  readonly name = 'network';
  readonly definitions: readonly MetricDefinition[] = [
    NETWORK_IO,
    NETWORK_PACKETS,
    NETWORK_ERRORS,
    NETWORK_DROPPED,
    NETWORK_CONNECTIONS,
  ];
  readonly #interfaces: NameFilter;

  constructor(interfaces: NameFilter = ALL) {
    this.#interfaces = interfaces;
  }

  async scrape(files: HostFiles): Promise<ScrapeResult> {
    const directory = await networkDirectory(files);
    const interfaces = parseNetDev(await files.text(`${directory}/dev`)).filter(({ device }) =>
      this.#interfaces(device),
    );
    const traffic = (value: (counters: TrafficCounters) => number): Point[] =>
      interfaces.flatMap((counters) => trafficPoints(counters, value));
    const { points, warnings } = await connections(files, directory);
    const metrics = [
      { definition: NETWORK_IO, points: traffic((counters) => counters.bytes) },
      { definition: NETWORK_PACKETS, points: traffic((counters) => counters.packets) },
      { definition: NETWORK_ERRORS, points: traffic((counters) => counters.errors) },
      { definition: NETWORK_DROPPED, points: traffic((counters) => counters.dropped) },
      { definition: NETWORK_CONNECTIONS, points },
    ];
    return { metrics, warnings };
  }
}

/** `proc/net` is the reader's own namespace: in a container the host's is that of process 1. */
async function networkDirectory(files: HostFiles): Promise<string> {
  if (files.isOwnRoot) return 'proc/net';
  try {
    await files.names('proc/1/net');
    return 'proc/1/net';
  } catch {
    // Without the privilege to look into process 1 only the own namespace is left.
    return 'proc/net';
  }
}

function trafficPoints(
  { device, receive, transmit }: InterfaceCounters,
  value: (counters: TrafficCounters) => number,
): Point[] {
  return [
    { attributes: { device, direction: 'receive' }, value: value(receive) },
    { attributes: { device, direction: 'transmit' }, value: value(transmit) },
  ];
}

async function connections(
  files: HostFiles,
  directory: string,
): Promise<{ points: Point[]; warnings: string[] }> {
  const counter = new TcpStateCounter();
  const warnings: string[] = [];
  const names = await files.names(directory);
  // A kernel without IPv6 has no tcp6.
  for (const table of ['tcp', 'tcp6'].filter((name) => names.includes(name))) {
    const relative = `${directory}/${table}`;
    const isWhole = await files.chunks(relative, TCP_TABLE_BYTES_MAX, (chunk) => {
      counter.push(chunk.toString('latin1'));
    });
    counter.endFile();
    if (!isWhole) warnings.push(`/${relative} is longer than ${TCP_TABLE_BYTES_MAX} bytes: cut`);
  }
  const points = [...counter.counts()].map(([state, value]) => ({
    attributes: { protocol: 'tcp', state },
    value,
  }));
  return { points, warnings };
}
