import { PLAIN_SERIES_MAX } from '../limits.ts';
import type { Series } from '../metrics/series.ts';

/** What exchanges that are alike are counted in. */
export interface PlainSeries {
  readonly series: Series;
  readonly bounds: readonly number[];
  /** Undefined where no spans are made. */
  readonly span: PlainSpan | undefined;
}

/** What the spans of exchanges that are alike have in common. */
export interface PlainSpan {
  /** Name, kind, status and attributes, as `encodeSpan` made them. */
  readonly common: Uint8Array;
  /** They have an `error.type`. */
  readonly isFailed: boolean;
  readonly isServer: boolean;
  /** What stands before the path in the attribute that has it. */
  readonly origin: Uint8Array;
}

/** Twice as many as series, a power of two. */
const SLOTS = 2 * PLAIN_SERIES_MAX;
const FIELDS = 4;
const MIX = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f] as const;

/**
 * Series by four numbers (other side, service, shape of the request, status), in flat arrays: neither a
 * key nor an object is made to find one. Beyond `PLAIN_SERIES_MAX` all are forgotten, and found again
 * the long way.
 */
export class PlainSeriesTable {
  readonly #keys = new Int32Array(FIELDS * SLOTS);
  readonly #values: (PlainSeries | undefined)[] = new Array(SLOTS).fill(undefined);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Where the four numbers have their place, taken or free. */
  slotOf(peer: number, workload: number, shape: number, status: number): number {
    const keys = this.#keys;
    let hash = Math.imul(peer, MIX[0]) ^ Math.imul(workload, MIX[1]);
    hash ^= Math.imul(shape, MIX[2]) ^ Math.imul(status, MIX[3]);
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (;;) {
      const at = FIELDS * slot;
      const isFree = this.#values[slot] === undefined;
      if (isFree) {
        keys[at] = peer;
        keys[at + 1] = workload;
        keys[at + 2] = shape;
        keys[at + 3] = status;
        return slot;
      }
      const isIt = keys[at] === peer && keys[at + 1] === workload;
      if (isIt && keys[at + 2] === shape && keys[at + 3] === status) return slot;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  /** Undefined where the place is free, or what it holds was forgotten. */
  at(slot: number): PlainSeries | undefined {
    const found = this.#values[slot];
    return found?.series.isExpired === true ? undefined : found;
  }

  /** `slot`: what `slotOf` gave last. */
  put(slot: number, value: PlainSeries): void {
    if (this.#values[slot] === undefined) this.#size++;
    this.#values[slot] = value;
    if (this.#size > PLAIN_SERIES_MAX) this.clear();
  }

  clear(): void {
    this.#values.fill(undefined);
    this.#size = 0;
  }
}

/** Numbers for things that are told apart by a text, never given twice. */
export class PeerNumbers {
  readonly #known = new Map<string, number>();
  readonly #max: number;
  #next = 1;

  /** Beyond `max` all are forgotten: a text has another number then. */
  constructor(max: number) {
    this.#max = max;
  }

  of(key: string): number {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= this.#max) this.#known.clear();
    const number = this.#next++;
    this.#known.set(key, number);
    return number;
  }
}
