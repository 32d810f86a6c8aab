import { dictionaryText, type Segments } from '@sonde/proto';

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
      keys[id] = this.#keyOf(`${retentionDays} ${dictionaryText(tenants, id)}`);
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
