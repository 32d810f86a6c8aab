import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Meter } from '@opentelemetry/api';

const NANOSECONDS = 1e9;
const MICROSECONDS = 1e6;

/** CPU, memory and event-loop delay of this process, by OpenTelemetry's semantic conventions. */
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

function observeEventLoop(meter: Meter): void {
  const delay = monitorEventLoopDelay({ resolution: 100 });
  delay.enable();
  meter.createObservableGauge('nodejs.eventloop.delay.p99', { unit: 's' }).addCallback((result) => {
    result.observe(delay.percentile(99) / NANOSECONDS);
    delay.reset();
  });
}
