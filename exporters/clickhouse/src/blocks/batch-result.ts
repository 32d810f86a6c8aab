import type { BlockSource } from './block-source.ts';
import type { KeySet } from './recent-keys.ts';

/** What one batch becomes, in the order of its inserts: a row's resource and series come first. */
export interface BatchBlocks {
  /**
   * Rows of `resources`, `metric_series`, `resource_history` and the dictionaries of profiles: which
   * ones depends on what this process stored lately, so they carry no token; the tables fold rows
   * that are written twice.
   */
  readonly catalogue: readonly BlockSource[];
  /** Rows that are a pure function of the batch, under the token of its range. */
  readonly rows: readonly BlockSource[];
  /** Rows stored at the time of receipt though they had a time of their own. */
  readonly movedCount: number;
  /** Keys of `catalogue`, to remember once it is stored. */
  readonly resourceKeys: KeySet;
  /** Of the rows of `resource_history`, with minutes instead of hours. */
  readonly minuteKeys: KeySet;
  readonly seriesKeys: readonly KeySet[];
  /** Stacks, locations and mappings of profiles. */
  readonly frameKeys?: KeySet;
}
