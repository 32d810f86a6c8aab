import type { Columns, LogColumns, SpanColumns } from '@sonde/proto';
import { IdentityTable } from '@sonde/store';
import type { BatchOptions } from './batch-options.ts';
import type { BatchBlocks } from './batch-result.ts';
import type { BlockSource } from './block-source.ts';
import { LogBlock } from './log-block.ts';
import { metricBlocks } from './metric-blocks.ts';
import { profileBlocks } from './profiles/profile-blocks.ts';
import { resourceCatalogue } from './resource-catalogue.ts';
import { tenantOfRows } from './row-segments.ts';
import { SpanBlock } from './span-block.ts';
import { storedTimes } from './time-columns.ts';

export function batchBlocks(options: BatchOptions<Columns>): BatchBlocks {
  const { columns } = options;
  switch (columns.signal) {
    case 'traces':
      return spanBlocks({ ...options, columns });
    case 'logs':
      return logBlocks({ ...options, columns });
    case 'metrics':
      return metricBlocks({ ...options, columns });
    case 'profiles':
      return profileBlocks({ ...options, columns });
  }
}

function spanBlocks(options: BatchOptions<SpanColumns>): BatchBlocks {
  const { columns, retentionDays, schema } = options;
  const { segments, count } = columns;
  const sent = { sent: columns.startUnixNano.subarray(0, count * 2), rowEnd: segments.rowEnd };
  const times = storedTimes(sent, segments, retentionDays);
  const tenant = tenantOfRows(segments, segments.rowEnd, count);
  const owner = { segments, tenant, retentionDays };
  const identities = new IdentityTable(columns.resources, options.stored.identities);
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
  const identities = new IdentityTable(columns.resources, options.stored.identities);
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
  const { columns, retentionDays, stored, schema } = options;
  const { resources, resource, segments, count } = columns;
  const { block, identities, tenant, movedCount } = batch;
  const { blocks, ...keys } = resourceCatalogue({
    schema,
    resources,
    identities,
    segments,
    retentionDays,
    stored,
    ownerKeys: stored.owners.of(segments, retentionDays),
    tables: [{ count, resource, tenant, timestamp: block.timestamp }],
  });
  return { catalogue: blocks, rows: [block], movedCount, ...keys, seriesKeys: [] };
}
