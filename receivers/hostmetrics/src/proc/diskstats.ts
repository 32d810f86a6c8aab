import { numberAt, splitFields, textAt } from './fields.ts';

/** Bytes of a sector in /proc/diskstats, whatever the device's own sector size is. */
const SECTOR_BYTES = 512;

/** A device's counters since boot; times in milliseconds. */
export interface DiskCounters {
  readonly device: string;
  readonly reads: DirectionCounters;
  readonly writes: DirectionCounters;
  readonly pendingOperations: number;
  readonly ioTimeMs: number;
  readonly weightedIoTimeMs: number;
}

export interface DirectionCounters {
  readonly operations: number;
  readonly merged: number;
  readonly bytes: number;
  readonly timeMs: number;
}

/**
 * Reads /proc/diskstats (kernel `Documentation/admin-guide/iostats.rst`). Fields after the 14th
 * (discards, flushes) came with later kernels and are not read.
 */
export function parseDiskStats(text: string): DiskCounters[] {
  const disks: DiskCounters[] = [];
  for (const line of text.split('\n')) {
    const fields = splitFields(line);
    if (fields.length === 0) continue;
    disks.push({
      device: textAt(fields, 2),
      reads: direction(fields, 3),
      writes: direction(fields, 7),
      pendingOperations: numberAt(fields, 11),
      ioTimeMs: numberAt(fields, 12),
      weightedIoTimeMs: numberAt(fields, 13),
    });
  }
  return disks;
}

function direction(fields: readonly string[], first: number): DirectionCounters {
  return {
    operations: numberAt(fields, first),
    merged: numberAt(fields, first + 1),
    bytes: numberAt(fields, first + 2) * SECTOR_BYTES,
    timeMs: numberAt(fields, first + 3),
  };
}
