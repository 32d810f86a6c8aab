import { numberAt, splitFields } from './fields.ts';

export interface InterfaceCounters {
  readonly device: string;
  readonly receive: TrafficCounters;
  readonly transmit: TrafficCounters;
}

export interface TrafficCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
}

/** Reads /proc/<pid>/net/dev (proc_pid_net(5)). */
export function parseNetDev(text: string): InterfaceCounters[] {
  const interfaces: InterfaceCounters[] = [];
  for (const line of text.split('\n')) {
    // The name may touch the first number; the two header lines have no colon.
    const colon = line.lastIndexOf(':');
    if (colon === -1) continue;
    const fields = splitFields(line.slice(colon + 1));
    interfaces.push({
      device: line.slice(0, colon).trim(),
      receive: traffic(fields, 0),
      transmit: traffic(fields, 8),
    });
  }
  return interfaces;
}

function traffic(fields: readonly string[], first: number): TrafficCounters {
  return {
    bytes: numberAt(fields, first),
    packets: numberAt(fields, first + 1),
    errors: numberAt(fields, first + 2),
    dropped: numberAt(fields, first + 3),
  };
}
