import { type Columns, denseColumns, LogColumns, type SpanColumns } from '@sonde/proto';
import { IdentityTable } from '@sonde/store';
import type { BatchOptions } from './batch-options.ts';
import type { BatchBlocks } from './batch-result.ts';
import type { BlockSource } from './block-source.ts';
import { LeafBlock } from './leaf-block.ts';
import { LogBlock } from './log-block.ts';
import { metricBlocks } from './metric-blocks.ts';
import { profileBlocks } from './profiles/profile-blocks.ts';
import { resourceCatalogue } from './resource-catalogue.ts';
import { longestDays, retentionOfRows } from './retention-classes.ts';
import { tenantOfRows } from './row-segments.ts';
import { SpanBlock } from './span-block.ts';
import { takePatterns } from './take-patterns.ts';
import { storedTimes } from './time-columns.ts';

export function batchBlocks(options: BatchOptions<Columns>): BatchBlocks {
  const { columns: given } = options;
  // Of records something is taken out first.
  const columns = given.signal === 'logs' ? given : denseColumns(given);
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
  const { columns, retention, schema } = options;
  const { segments, resource, count } = columns;
  const sent = { sent: columns.startUnixNano.subarray(0, count * 2), rowEnd: segments.rowEnd };
  const times = storedTimes(sent, segments, longestDays(retention));
  const tenant = tenantOfRows(segments, segments.rowEnd, count);
  const identities = new IdentityTable(columns.resources, options.stored.identities);
  const of = { segments, identities };
  const retentionDays = retentionOfRows(retention, of, { count, tenant, resource });
  const owner = { segments, tenant, retentionDays };
  const block = new SpanBlock({ schema, columns, identities, owner, times });
  return withResources(options, { block, identities, tenant, movedCount: times.movedCount });
}

function logBlocks(options: BatchOptions<LogColumns>): BatchBlocks {
  const { retention, schema } = options;
  const { columns: left, patterns } = takePatterns(options.columns);
  const columns = denseLogs(left);
  const { segments, resource, count } = columns;
  const sent = {
    sent: columns.timeUnixNano.subarray(0, count * 2),
    observed: columns.observedTimeUnixNano,
    rowEnd: segments.rowEnd,
  };
  const times = storedTimes(sent, segments, longestDays(retention));
  const tenant = tenantOfRows(segments, segments.rowEnd, count);
  const identities = new IdentityTable(columns.resources, options.stored.identities);
  const rows = { count, tenant, resource, severity: columns.severityNumber };
  const retentionDays = retentionOfRows(retention, { segments, identities }, rows);
  const owner = { segments, tenant, retentionDays };
  const block = new LogBlock({ schema, columns, identities, owner, times, patterns });
  const batch = { block, identities, tenant, movedCount: times.movedCount };
  const blocks = withResources({ ...options, columns }, batch);
  if (patterns.news.length === 0) return blocks;
  const leaves = new LeafBlock({ columns, identities, tenant, patterns });
  return { ...blocks, catalogue: [...blocks.catalogue, leaves] };
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
  const { columns, retention, stored, schema } = options;
  const { resources, resource, segments, count } = columns;
  const retentionDays = longestDays(retention);
  const { block, identities, tenant, movedCount } = batch;
  const { blocks, ...keys } = resourceCatalogue({
    schema,
    resources,
    identities,
    segments,
    retentionDays,
    stored,
    ownerKeys: stored.owners.of(segments, retentionDays),
    tables: [
      {
        ...{ count, resource, tenant, timestamp: block.timestamp, rowEnd: segments.rowEnd },
        sent: columns instanceof LogColumns ? columns.timeUnixNano : columns.endUnixNano,
      },
    ],
  });
  return { catalogue: blocks, rows: [block], movedCount, ...keys, seriesKeys: [] };
}

function denseLogs(columns: LogColumns): LogColumns {
  const dense = denseColumns(columns);
  return dense instanceof LogColumns ? dense : columns;
}
