import type { NativeAddon } from './native-addon.ts';

/** `enum counter` of `bpf/record.h`, in its order. */
export const COUNTERS = [
  'records',
  'dropped',
  'unread',
  'early',
  'unpaired',
  'unanswered',
  'unreadable',
  'contended',
  'untracked',
  'connections',
  'sessions',
] as const;

export type CounterName = (typeof COUNTERS)[number];

/** What the programs counted since they were loaded, over all CPUs. */
export function readCounters(
  addon: NativeAddon,
  fd: number,
): Readonly<Record<CounterName, number>> {
  const value = Buffer.alloc(8 * addon.cpuCount());
  const key = Buffer.alloc(4);
  const read = (index: number): number => {
    key.writeUInt32LE(index);
    if (!addon.lookup(fd, key, value)) return 0;
    let sum = 0;
    for (let at = 0; at < value.length; at += 8) sum += Number(value.readBigUInt64LE(at));
    return sum;
  };
  return {
    records: read(0),
    dropped: read(1),
    unread: read(2),
    early: read(3),
    unpaired: read(4),
    unanswered: read(5),
    unreadable: read(6),
    contended: read(7),
    untracked: read(8),
    connections: read(9),
    sessions: read(10),
  };
}
