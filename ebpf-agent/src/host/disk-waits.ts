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
  /** As the map has it. */
  readonly value: Buffer;
  readonly sumNs: number;
  readonly slots: readonly number[];
}

/** Reads the map `disk_waits`: how long disks took, by the process that asked. */
export class DiskWaitsReader {
  readonly #addon: NativeAddon;
  readonly #fd: number;
  readonly #isThere: (pid: number) => boolean;
  readonly #last = new Map<string, LastSeen>();

  /** `isThere`: the process is known; the map keeps nothing of others. */
  constructor(addon: NativeAddon, fd: number, isThere: (pid: number) => boolean) {
    this.#addon = addon;
    this.#fd = fd;
    this.#isThere = isThere;
  }

  /** Since the last look; a microsecond an entry, and some more where something happened. */
  read(): readonly DiskWaits[] {
    const found: DiskWaits[] = [];
    const value = Buffer.alloc(VALUE_BYTES);
    for (const key of this.#keys()) {
      if (!this.#addon.lookup(this.#fd, key, value)) continue;
      const name = key.toString('latin1');
      const pid = key.readUInt32LE(0);
      const last = this.#last.get(name);
      if (last?.value.equals(value) !== true) {
        const seen = seenOf(value);
        const direction = key.readUInt32LE(4) === 0 ? 'read' : 'write';
        found.push({ pid, direction, ...changeSince(seen, last) });
        this.#last.set(name, seen);
      }
      if (this.#isThere(pid)) continue;
      this.#addon.remove(this.#fd, key);
      this.#last.delete(name);
    }
    return found;
  }

  #keys(): readonly Buffer[] {
    const keys: Buffer[] = [];
    const next = Buffer.alloc(KEY_BYTES);
    while (keys.length < DISK_USERS_MAX) {
      if (!this.#addon.nextKey(this.#fd, keys.at(-1) ?? null, next)) break;
      keys.push(Buffer.from(next));
    }
    return keys;
  }
}

function seenOf(value: Buffer): LastSeen {
  const slots = Array.from({ length: DISK_SLOTS }, (_, slot) =>
    Number(value.readBigUInt64LE(8 + 8 * slot)),
  );
  return { value: Buffer.from(value), sumNs: Number(value.readBigUInt64LE(0)), slots };
}

/** An entry that has less than before is a new one. */
function changeSince(
  { sumNs, slots }: LastSeen,
  last: LastSeen | undefined,
): Pick<DiskWaits, 'seconds' | 'slots'> {
  const before = last !== undefined && sumNs >= last.sumNs ? last : undefined;
  return {
    seconds: (sumNs - (before?.sumNs ?? 0)) / 1e9,
    slots: slots.map((count, index) => Math.max(0, count - (before?.slots[index] ?? 0))),
  };
}
