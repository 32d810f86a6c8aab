import type { IdentityTable } from '@sonde/store';
import { KeySet, type RecentKey, type RecentKeys } from './recent-keys.ts';
import { hourOf, setHour } from './time-words.ts';

const HOUR_SECONDS = 3600;

/** Rows that have a resource, a time and an owner. */
export interface TimedRows {
  readonly count: number;
  readonly resource: Uint32Array;
  readonly timestamp: Int32Array;
  /** Ids in the batch's tenants. */
  readonly tenant: Uint32Array;
}

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
    tables: readonly TimedRows[],
    known: { readonly stored: RecentKeys; readonly ownerKeys: Int32Array },
  ) {
    const found: Found[] = [];
    for (const rows of tables) this.#collect(identities, rows, { ...known, found });
    this.count = found.length;
    this.resource = Uint32Array.from(found, (pair) => pair.resource);
    this.tenant = Uint32Array.from(found, (pair) => pair.tenant);
    this.bucket = Uint32Array.from(found, (pair) => pair.hour * HOUR_SECONDS);
    this.timestamp = new Int32Array(found.length * 2);
    found.forEach((pair, row) => {
      setHour(this.timestamp, row, pair.hour);
    });
  }

  #collect(identities: IdentityTable, rows: TimedRows, known: Known): void {
    const { fingerprint } = identities;
    const key: RecentKey = { low: 0, high: 0, hour: 0, owner: 0 };
    let last: Found = { resource: -1, tenant: 0, hour: 0 };
    for (let row = 0; row < rows.count; row++) {
      const resource = rows.resource[row];
      const tenant = rows.tenant[row];
      const hour = hourOf(rows.timestamp, row);
      if (resource === last.resource && hour === last.hour && tenant === last.tenant) continue;
      last = { resource, tenant, hour };
      key.low = fingerprint[resource * 2] | 0;
      key.high = fingerprint[resource * 2 + 1] | 0;
      key.hour = hour;
      key.owner = known.ownerKeys[tenant];
      if (!known.stored.has(key) && this.keys.add(key)) known.found.push(last);
    }
  }
}

interface Found {
  readonly resource: number;
  readonly tenant: number;
  readonly hour: number;
}

interface Known {
  readonly stored: RecentKeys;
  readonly ownerKeys: Int32Array;
  readonly found: Found[];
}
