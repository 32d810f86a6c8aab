import type { Segments } from '@sonde/proto';
import { readVarint } from '@sonde/store';

/** Owners that are remembered; then all are forgotten, which costs a row written once more. */
const OWNERS_MAX = 10_000;

/**
 * A number for each pair of tenant and retention class: what keys in `RecentKeys` are told apart by.
 * A number never means another pair.
 */
export class OwnerKeys {
  readonly #keys = new Map<string, number>();
  #next = 1;

  /** By tenant id of the batch. */
  of(segments: Segments, retentionDays: number): Int32Array {
    const { tenants } = segments;
    const keys = new Int32Array(tenants.count);
    for (let id = 0; id < tenants.count; id++) {
      keys[id] = this.#keyOf(`${retentionDays} ${tenantText(segments, id)}`);
    }
    return keys;
  }

  #keyOf(owner: string): number {
    const known = this.#keys.get(owner);
    if (known !== undefined) return known;
    if (this.#keys.size >= OWNERS_MAX) this.#keys.clear();
    const key = this.#next++ | 0;
    this.#keys.set(owner, key);
    return key;
  }
}

const TEXT_DECODER = new TextDecoder();

function tenantText(segments: Segments, id: number): string {
  const { run, offset } = segments.tenants;
  const { value: length, next } = readVarint(run.bytes, offset[id]);
  return TEXT_DECODER.decode(run.bytes.subarray(next, next + length));
}
