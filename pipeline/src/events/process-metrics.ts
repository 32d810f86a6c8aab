import type { Meter, Observable, ObservableCallback } from '@opentelemetry/api';

/**
 * The `otelcol_process_*` metrics and how busy the event loop is, read when they are collected.
 * Returns what ends it.
 */
export function observeProcess(meter: Meter): () => void {
  const started = process.uptime();
  const pairs: readonly [Observable, ObservableCallback][] = [
    [
      meter.createObservableCounter('otelcol_process_uptime', {
        unit: 's',
        description: 'Uptime of the process',
      }),
      (result) => result.observe(process.uptime() - started),
    ],
    [
      meter.createObservableCounter('otelcol_process_cpu_seconds', {
        unit: 's',
        description: 'Total CPU user and system time in seconds',
      }),
      (result) => {
        const { user, system } = process.cpuUsage();
        result.observe((user + system) / 1e6);
      },
    ],
    [
      meter.createObservableGauge('otelcol_process_memory_rss', {
        unit: 'By',
        description: 'Total physical memory (resident set size)',
      }),
      (result) => result.observe(process.memoryUsage.rss()),
    ],
    [
      meter.createObservableGauge('otelcol_process_runtime_heap_alloc_bytes', {
        unit: 'By',
        description: 'Bytes of allocated heap objects',
      }),
      (result) => result.observe(process.memoryUsage().heapUsed),
    ],
    [
      meter.createObservableGauge('otelcol_process_runtime_total_sys_memory_bytes', {
        unit: 'By',
        description: 'Total bytes of memory obtained from the OS',
      }),
      (result) => {
        const { heapTotal, external } = process.memoryUsage();
        result.observe(heapTotal + external);
      },
    ],
    [
      meter.createObservableGauge('nodejs_eventloop_utilization', {
        unit: '1',
        description: 'Share of the time since the last reading that the event loop worked',
      }),
      observeEventLoop(),
    ],
  ];
  for (const [instrument, callback] of pairs) instrument.addCallback(callback);
  return () => {
    for (const [instrument, callback] of pairs) instrument.removeCallback(callback);
  };
}

/** Needs no timer of its own. */
function observeEventLoop(): ObservableCallback {
  let last = performance.eventLoopUtilization();
  return (result) => {
    const now = performance.eventLoopUtilization();
    result.observe(performance.eventLoopUtilization(now, last).utilization);
    last = now;
  };
}
