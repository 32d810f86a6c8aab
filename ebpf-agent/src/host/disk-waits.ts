import type { NativeAddon } from '../kernel/native-addon.ts';
import { DISK_USERS_MAX } from '../limits.ts';

const KEY_BYTES = 8;
/** `DISK_SLOTS` of `bpf/record.h`. */
export const DISK_SLOTS = 11;
const VALUE_BYTES = 8 + 8 * DISK_SLOTS;

/** What happened to requests of one process since they were last looked at. */
export interface DiskWaits {
  readonly pid: number;
  readonly direction: 'read' | 'write';
  readonly seconds: number;
  /** Requests by `DISK_DURATION`'s bounds. */
  readonly slots: readonly number[];
}

interface LastSeen {
  readonly sumNs: number;
  readonly slots: readonly number[];
}

/** Reads the map `disk_waits`: how long disks took, by the process that asked. */
export class DiskWaitsReader {
  readonly #addon: NativeAddon;
  readonly #fd: number;
  #last: ReadonlyMap<string, LastSeen> = new Map();

  constructor(addon: NativeAddon, fd: number) {
    this.#addon = addon;
    this.#fd = fd;
  }

  /** Since the last look; some microseconds an entry. */
  read(): readonly DiskWaits[] {
    const found: DiskWaits[] = [];
    const seen = new Map<string, LastSeen>();
    for (const { key, pid, direction, sumNs, slots } of this.#entries()) {
      const last = this.#last.get(key);
      seen.set(key, { sumNs, slots });
      const isAnew = last !== undefined && sumNs < last.sumNs;
      const before = isAnew ? undefined : last;
      const added = slots.map((count, index) => count - (before?.slots[index] ?? 0));
      if (added.every((count) => count <= 0)) continue;
      found.push({ pid, direction, seconds: (sumNs - (before?.sumNs ?? 0)) / 1e9, slots: added });
    }
    this.#last = seen;
    return found;
  }

  *#entries(): Generator<Omit<DiskWaits, 'seconds'> & LastSeen & { readonly key: string }> {
    const value = Buffer.alloc(VALUE_BYTES);
    const next = Buffer.alloc(KEY_BYTES);
    let key: Buffer | null = null;
    for (let i = 0; i < DISK_USERS_MAX && this.#addon.nextKey(this.#fd, key, next); i++) {
      key = Buffer.from(next);
      if (!this.#addon.lookup(this.#fd, key, value)) continue;
      const slots = Array.from({ length: DISK_SLOTS }, (_, slot) =>
        Number(value.readBigUInt64LE(8 + 8 * slot)),
      );
      yield {
        key: key.toString('latin1'),
        pid: key.readUInt32LE(0),
        direction: key.readUInt32LE(4) === 0 ? 'read' : 'write',
        sumNs: Number(value.readBigUInt64LE(0)),
        slots,
      };
    }
  }
}
