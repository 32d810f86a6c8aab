import type { Meter } from '@opentelemetry/api';

const MICROSECONDS = 1e6;

/** CPU, memory and event-loop utilization of this process, by OpenTelemetry's semantic conventions. */
export function observeProcess(meter: Meter): void {
  meter.createObservableCounter('process.cpu.time', { unit: 's' }).addCallback((result) => {
    const { user, system } = process.cpuUsage();
    result.observe(user / MICROSECONDS, { 'cpu.mode': 'user' });
    result.observe(system / MICROSECONDS, { 'cpu.mode': 'system' });
  });
  meter
    .createObservableUpDownCounter('process.memory.usage', { unit: 'By' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableGauge('v8js.memory.heap.used', { unit: 'By' })
    .addCallback((result) => result.observe(process.memoryUsage().heapUsed));
  meter
    .createObservableGauge('process.uptime', { unit: 's' })
    .addCallback((result) => result.observe(process.uptime()));
  observeEventLoop(meter);
}

/** The share of time the event loop worked since the last reading; needs no timer of its own. */
function observeEventLoop(meter: Meter): void {
  let last = performance.eventLoopUtilization();
  meter
    .createObservableGauge('nodejs.eventloop.utilization', { unit: '1' })
    .addCallback((result) => {
      const now = performance.eventLoopUtilization();
      result.observe(performance.eventLoopUtilization(now, last).utilization);
      last = now;
    });
}
