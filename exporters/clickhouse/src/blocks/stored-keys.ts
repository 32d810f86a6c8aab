import { KnownIdentities } from '@sonde/store';
import type { BatchBlocks } from './batch-result.ts';
import { OwnerKeys } from './owner-keys.ts';
import { RecentKeys } from './recent-keys.ts';

/** Pairs of resource and hour remembered: twice this many at the most, 17 bytes each. */
const RESOURCES_MAX = 65_536;
/** Pairs of series and hour remembered. */
const SERIES_MAX = 524_288;

/** Pairs of a part of a profile's dictionary and a day remembered. */
const FRAMES_MAX = 262_144;

/** Which resources and series this process has stored lately, by the hours they had rows in. */
export class StoredKeys {
  readonly resources: RecentKeys = new RecentKeys(RESOURCES_MAX);
  /** Minutes in which a resource is known to have had rows. */
  readonly minutes: RecentKeys = new RecentKeys(RESOURCES_MAX);
  readonly series: RecentKeys = new RecentKeys(SERIES_MAX);
  readonly frames: RecentKeys = new RecentKeys(FRAMES_MAX);
  readonly owners: OwnerKeys = new OwnerKeys();
  /** Who the resources are that came lately. */
  readonly identities: KnownIdentities = new KnownIdentities();

  /** To be called when the store has confirmed the batch's catalogue. */
  remember(batch: BatchBlocks): void {
    this.resources.addAll(batch.resourceKeys);
    this.minutes.addAll(batch.minuteKeys);
    for (const keys of batch.seriesKeys) this.series.addAll(keys);
    if (batch.frameKeys !== undefined) this.frames.addAll(batch.frameKeys);
  }
}
