import { type BatchObservableCallback, metrics } from '@opentelemetry/api';
import type { SignallessCreateSettings } from '@sonde/pipeline';
import { COUNTERS } from './kernel/counters.ts';
import {
  CONNECTIONS_MAX,
  CONTAINERS_MAX,
  PODS_MAX,
  PROBE_POINTS_MAX,
  PROCESSES_MAX,
  SPANS_WAITING_MAX,
  WORKLOADS_MAX,
} from './limits.ts';
import type { Observer } from './observer.ts';
import type { SpanQueue } from './spans/span-queue.ts';

const LIMITS = {
  processes: PROCESSES_MAX,
  services: WORKLOADS_MAX,
  containers: CONTAINERS_MAX,
  pods: PODS_MAX,
  connections: CONNECTIONS_MAX,
  probes: PROBE_POINTS_MAX,
  spans: SPANS_WAITING_MAX,
} as const;

/** What the agent loses, and how full it is, in the engine's own telemetry. Returns what ends it. */
export function observeSelf(
  { id: receiver, telemetry }: SignallessCreateSettings,
  observer: Observer,
  spans: SpanQueue | undefined,
): () => void {
  const meter = telemetry?.meter ?? metrics.getMeter('@sonde/ebpf-agent');
  const events = meter.createObservableCounter('sonde_agent_events', {
    unit: '{event}',
    description: 'What the programs in the kernel counted, by event: records, dropped, and so on.',
  });
  const lost = meter.createObservableCounter('sonde_agent_lost', {
    unit: '{item}',
    description: 'What the agent could not keep or attribute, by reason.',
  });
  const lag = meter.createObservableGauge('sonde_agent_ring_lag', {
    unit: 'By',
    description: 'The most bytes that waited in the ring since the last report.',
  });
  const entries = meter.createObservableGauge('sonde_agent_table_entries', {
    unit: '{entry}',
    description: 'Entries of a table of the agent.',
  });
  const limit = meter.createObservableGauge('sonde_agent_table_limit', {
    unit: '{entry}',
    description: 'Entries that a table of the agent has at the most.',
  });
  const observe: BatchObservableCallback = (result) => {
    const counts = observer.counters();
    for (const event of COUNTERS) result.observe(events, counts[event], { receiver, event });
    for (const [reason, count] of Object.entries(lossesOf(observer, spans))) {
      result.observe(lost, count, { receiver, reason });
    }
    result.observe(lag, observer.takeLagBytesMax(), { receiver });
    for (const [table, size] of Object.entries(sizesOf(observer, spans))) {
      result.observe(entries, size, { receiver, table });
    }
    for (const [table, max] of Object.entries(LIMITS)) {
      result.observe(limit, max, { receiver, table });
    }
  };
  const instruments = [events, lost, lag, entries, limit];
  meter.addBatchObservableCallback(observe, instruments);
  return () => meter.removeBatchObservableCallback(observe, instruments);
}

function lossesOf(observer: Observer, spans: SpanQueue | undefined): Record<string, number> {
  const { traffic, processes, workloads } = observer;
  const overflowed = workloads.all().reduce((sum, { metrics: own }) => sum + own.overflowed, 0);
  return {
    unowned: traffic.unowned,
    unjoined: traffic.unjoined,
    unplaced: traffic.unplaced,
    unprobed: observer.secure.skipped + observer.secure.refusals.size,
    connection_evicted: traffic.connections.evicted,
    process_evicted: processes.evicted,
    service_overflow: workloads.overflowed,
    series_overflow: overflowed,
    span_dropped: spans?.dropped ?? 0,
  };
}

function sizesOf(observer: Observer, spans: SpanQueue | undefined): Record<string, number> {
  return {
    processes: observer.processes.size,
    services: observer.workloads.size,
    containers: observer.naming.containers.size,
    pods: observer.naming.pods.size,
    connections: observer.traffic.connections.size,
    probes: observer.secure.points,
    spans: spans?.waiting ?? 0,
  };
}
