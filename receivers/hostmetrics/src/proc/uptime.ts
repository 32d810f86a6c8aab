import { numberAt, splitFields } from './fields.ts';

/** Reads /proc/uptime (proc_uptime(5)): seconds since boot. */
export function parseUptime(text: string): number {
  return numberAt(splitFields(text), 0);
}
