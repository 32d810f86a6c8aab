import { hostname } from 'node:os';
import { Entry } from '@sonde/log-operators';
import type { KernelRecord } from './read-record.ts';

/** Severity number and text by priority, as of syslog. */
const SEVERITIES: readonly (readonly [number, string])[] = [
  [21, 'emerg'],
  [19, 'alert'],
  [18, 'crit'],
  [17, 'err'],
  [13, 'warning'],
  [10, 'notice'],
  [9, 'info'],
  [5, 'debug'],
];

/** From the kernel's clock, which counts since boot, to the epoch. Nanoseconds. */
export function clockOffsetNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
}

/** A log record of the service `kernel` of this host. */
export function kernelEntry(record: KernelRecord, offsetNs: bigint): Entry {
  const entry = new Entry(record.message, BigInt(Date.now()) * 1_000_000n);
  entry.timeUnixNano = BigInt(record.atUs) * 1_000n + offsetNs;
  const severity = SEVERITIES[record.priority];
  if (severity !== undefined) [entry.severityNumber, entry.severityText] = severity;
  entry.resource.set('service.name', 'kernel').set('host.name', hostname());
  entry.attributes.set('facility', BigInt(record.facility));
  for (const [key, value] of record.fields) entry.attributes.set(key, value);
  return entry;
}
