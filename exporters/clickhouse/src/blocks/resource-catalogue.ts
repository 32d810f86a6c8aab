import type { ResourceTable, Segments } from '@sonde/proto';
import type { IdentityTable, SchemaOptions } from '@sonde/store';
import type { BlockSource } from './block-source.ts';
import type { KeySet } from './recent-keys.ts';
import { ResourceBlock } from './resource-block.ts';
import { ResourceHistoryBlock } from './resource-history-block.ts';
import { ResourceHours } from './resource-hours.ts';
import { ResourceMinutes } from './resource-minutes.ts';
import { resourceSpans, type TimedRows } from './resource-spans.ts';
import type { StoredKeys } from './stored-keys.ts';

export interface ResourceCatalogueOptions {
  readonly schema: SchemaOptions;
  readonly resources: ResourceTable;
  readonly identities: IdentityTable;
  readonly segments: Segments;
  readonly retentionDays: number;
  readonly stored: StoredKeys;
  readonly ownerKeys: Int32Array;
  /** The rows that have these resources. */
  readonly tables: readonly TimedRows[];
}

/** What a batch adds to `resources` and `resource_history`. */
export interface ResourceCatalogue {
  readonly blocks: readonly BlockSource[];
  readonly resourceKeys: KeySet;
  readonly minuteKeys: KeySet;
}

export function resourceCatalogue(options: ResourceCatalogueOptions): ResourceCatalogue {
  const { schema, resources, identities, segments, retentionDays, stored, ownerKeys } = options;
  const { tables } = options;
  const spans = tables.flatMap(resourceSpans);
  const hours = new ResourceHours(identities, spans, { stored: stored.resources, ownerKeys });
  const minutes = new ResourceMinutes(identities, spans, {
    ...{ stored: stored.minutes, ownerKeys, segments },
  });
  const owner = { segments, retentionDays };
  return {
    blocks: [
      new ResourceBlock({ resources, identities, hours, owner }),
      new ResourceHistoryBlock({ schema, resources, identities, minutes, segments }),
    ],
    resourceKeys: hours.keys,
    minuteKeys: minutes.keys,
  };
}
