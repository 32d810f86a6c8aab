import { hostname } from 'node:os';
import { Entry, SYSLOG_SEVERITIES } from '@sonde/log-operators';
import type { KernelRecord } from './read-record.ts';

/** From the kernel's clock, which counts since boot, to the epoch. Nanoseconds. */
export function clockOffsetNs(): bigint {
  return BigInt(Date.now()) * 1_000_000n - process.hrtime.bigint();
}

/** A log record of the service `kernel` of this host. */
export function kernelEntry(record: KernelRecord, offsetNs: bigint): Entry {
  const entry = new Entry(record.message, BigInt(Date.now()) * 1_000_000n);
  entry.timeUnixNano = BigInt(record.atUs) * 1_000n + offsetNs;
  const severity = SYSLOG_SEVERITIES[record.priority];
  if (severity !== undefined) [entry.severityNumber, entry.severityText] = severity;
  entry.resource.set('service.name', 'kernel').set('host.name', hostname());
  entry.attributes.set('facility', BigInt(record.facility));
  for (const [key, value] of record.fields) entry.attributes.set(key, value);
  return entry;
}
