import { numberAt, splitFields } from './fields.ts';

export interface LoadAverage {
  readonly oneMinute: number;
  readonly fiveMinutes: number;
  readonly fifteenMinutes: number;
}

/** Reads /proc/loadavg (proc_loadavg(5)). */
export function parseLoadAverage(text: string): LoadAverage {
  const fields = splitFields(text);
  return {
    oneMinute: numberAt(fields, 0),
    fiveMinutes: numberAt(fields, 1),
    fifteenMinutes: numberAt(fields, 2),
  };
}
