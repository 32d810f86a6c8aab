import type { IdentityTable } from '@sonde/store';
import { KeySet, type RecentKey, type RecentKeys } from './recent-keys.ts';
import type { ResourceSpan } from './resource-spans.ts';
import { setHour } from './time-words.ts';

const HOUR_SECONDS = 3600;

/** The pairs of resource and hour of a batch that the store has not got lately, as columns. */
export class ResourceHours {
  /** Keys of the pairs below, to remember once they are stored. */
  readonly keys: KeySet = new KeySet();
  readonly resource: Uint32Array;
  readonly tenant: Uint32Array;
  /** Start of the hour, seconds. */
  readonly bucket: Uint32Array;
  /** The same in nanoseconds. */
  readonly timestamp: Int32Array;
  readonly count: number;

  /**
   * `ownerKeys[tenant id]` tells tenants and retentions apart in `stored`, which holds the keys of
   * resources that are stored already.
   */
  constructor(
    identities: IdentityTable,
    spans: readonly ResourceSpan[],
    known: { readonly stored: RecentKeys; readonly ownerKeys: Int32Array },
  ) {
    const found = spans.filter((span) => this.#isNew(identities, span, known));
    this.count = found.length;
    this.resource = Uint32Array.from(found, (pair) => pair.resource);
    this.tenant = Uint32Array.from(found, (pair) => pair.tenant);
    this.bucket = Uint32Array.from(found, (pair) => pair.hour * HOUR_SECONDS);
    this.timestamp = new Int32Array(found.length * 2);
    found.forEach((pair, row) => {
      setHour(this.timestamp, row, pair.hour);
    });
  }

  #isNew(
    { fingerprint }: IdentityTable,
    { resource, tenant, hour }: ResourceSpan,
    known: { readonly stored: RecentKeys; readonly ownerKeys: Int32Array },
  ): boolean {
    const key: RecentKey = {
      low: fingerprint[resource * 2] | 0,
      high: fingerprint[resource * 2 + 1] | 0,
      hour,
      owner: known.ownerKeys[tenant],
    };
    return !known.stored.has(key) && this.keys.add(key);
  }
}
