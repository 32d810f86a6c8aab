import type { LogColumns, MetricColumns, SpanColumns } from '@sonde/proto';
import { IdentityTable, type SchemaOptions } from '@sonde/store';
import type { BlockSource } from './block-source.ts';
import { LogBlock } from './log-block.ts';
import { metricBlocks } from './metric-blocks.ts';
import type { KeySet } from './recent-keys.ts';
import { ResourceBlock } from './resource-block.ts';
import { ResourceHours } from './resource-hours.ts';
import { tenantOfRows } from './row-segments.ts';
import { SpanBlock } from './span-block.ts';
import type { StoredKeys } from './stored-keys.ts';
import { storedTimes } from './time-columns.ts';

/** What one batch becomes, in the order of its inserts: a row's resource and series come first. */
export interface BatchBlocks {
  /**
   * Rows of `resources` and `metric_series`: which ones depends on what this process stored lately,
   * so they carry no token; the tables fold rows that are written twice.
   */
  readonly catalogue: readonly BlockSource[];
  /** Rows that are a pure function of the batch, under the token of its range. */
  readonly rows: readonly BlockSource[];
  /** Rows stored at the time of receipt though they had a time of their own. */
  readonly movedCount: number;
  /** Keys of `catalogue`, to remember once it is stored. */
  readonly resourceKeys: KeySet;
  readonly seriesKeys: readonly KeySet[];
}

export interface BatchOptions<C> {
  readonly schema: SchemaOptions;
  readonly columns: C;
  readonly retentionDays: number;
  readonly stored: StoredKeys;
}

export function batchBlocks(
  options: BatchOptions<SpanColumns | LogColumns | MetricColumns>,
): BatchBlocks {
  const { columns } = options;
  switch (columns.signal) {
    case 'traces':
      return spanBlocks({ ...options, columns });
    case 'logs':
      return logBlocks({ ...options, columns });
    case 'metrics':
      return metricBlocks({ ...options, columns });
  }
}

function spanBlocks(options: BatchOptions<SpanColumns>): BatchBlocks {
  const { columns, retentionDays, schema } = options;
  const { segments, count } = columns;
  const sent = { sent: columns.startUnixNano.subarray(0, count * 2), rowEnd: segments.rowEnd };
  const times = storedTimes(sent, segments, retentionDays);
  const tenant = tenantOfRows(segments, segments.rowEnd, count);
  const owner = { segments, tenant, retentionDays };
  const identities = new IdentityTable(columns.resources);
  const block = new SpanBlock({ schema, columns, identities, owner, times });
  return withResources(options, { block, identities, tenant, movedCount: times.movedCount });
}

function logBlocks(options: BatchOptions<LogColumns>): BatchBlocks {
  const { columns, retentionDays, schema } = options;
  const { segments, count } = columns;
  const sent = {
    sent: columns.timeUnixNano.subarray(0, count * 2),
    observed: columns.observedTimeUnixNano,
    rowEnd: segments.rowEnd,
  };
  const times = storedTimes(sent, segments, retentionDays);
  const tenant = tenantOfRows(segments, segments.rowEnd, count);
  const owner = { segments, tenant, retentionDays };
  const identities = new IdentityTable(columns.resources);
  const block = new LogBlock({ schema, columns, identities, owner, times });
  return withResources(options, { block, identities, tenant, movedCount: times.movedCount });
}

function withResources(
  options: BatchOptions<SpanColumns | LogColumns>,
  batch: {
    readonly block: BlockSource;
    readonly identities: IdentityTable;
    readonly tenant: Uint32Array;
    readonly movedCount: number;
  },
): BatchBlocks {
  const { columns, retentionDays, stored } = options;
  const { resources, resource, segments, count } = columns;
  const { block, identities, tenant, movedCount } = batch;
  const rows = { count, resource, tenant, timestamp: block.timestamp };
  const ownerKeys = stored.owners.of(segments, retentionDays);
  const hours = new ResourceHours(identities, [rows], { stored: stored.resources, ownerKeys });
  const owner = { segments, retentionDays };
  return {
    catalogue: [new ResourceBlock({ resources, identities, hours, owner })],
    rows: [block],
    movedCount,
    resourceKeys: hours.keys,
    seriesKeys: [],
  };
}
