import {
  type ExemplarColumns,
  Hash64,
  type MetricColumns,
  type PointColumns,
  SeriesIds,
} from '@sonde/proto';
import { IdentityTable } from '@sonde/store';
import type { BatchOptions } from './batch-options.ts';
import type { BatchBlocks } from './batch-result.ts';
import type { BlockSource } from './block-source.ts';
import { ExemplarBlock } from './exemplar-block.ts';
import {
  exponentialHistogramBlock,
  histogramBlock,
  sampleBlock,
  summaryBlock,
} from './point-blocks.ts';
import type { PointRows } from './point-rows.ts';
import { resourceCatalogue } from './resource-catalogue.ts';
import { longestDays, retentionOfRows } from './retention-classes.ts';
import { childRowEnds, tenantOfRows } from './row-segments.ts';
import { SeriesBlock } from './series-block.ts';
import { storedTimes } from './time-columns.ts';

/** Metrics of a batch as rows of the tables of points, `exemplars`, `metric_series`, `resources`. */
export function metricBlocks(options: BatchOptions<MetricColumns>): BatchBlocks {
  const { columns, retention, stored, schema } = options;
  const { resources, segments } = columns;
  const retentionDays = longestDays(retention);
  const identities = new IdentityTable(resources, stored.identities);
  const kinds = pointKinds(options, identities);
  const ownerKeys = stored.owners.of(segments, retentionDays);
  const series = kinds.map(
    ({ points }) =>
      new SeriesBlock({ points, identities, retentionDays, stored: stored.series, ownerKeys }),
  );
  const { blocks, ...keys } = resourceCatalogue({
    schema,
    resources,
    identities,
    segments,
    retentionDays,
    stored,
    ownerKeys,
    tables: kinds.map(({ points }) => ({
      count: points.points.count,
      resource: points.resource,
      tenant: points.owner.tenant,
      timestamp: points.times.timestamp,
      sent: points.points.timeUnixNano,
      rowEnd: points.rowEnd,
    })),
  });
  return {
    catalogue: [...blocks, ...series],
    rows: kinds.flatMap(({ blocks }) => blocks),
    movedCount: kinds.reduce((sum, { points }) => sum + points.times.movedCount, 0),
    ...keys,
    seriesKeys: series.map(({ keys }) => keys),
  };
}

interface PointKind {
  readonly points: PointRows;
  readonly blocks: readonly BlockSource[];
}

function pointKinds(
  options: BatchOptions<MetricColumns>,
  identities: IdentityTable,
): readonly PointKind[] {
  const { numbers, histograms, exponentialHistograms, summaries } = options.columns;
  const shared = { options, identities, ids: new SeriesIds(options.columns) };
  const number = pointRows(shared, numbers);
  const histogram = pointRows(shared, histograms);
  const exponential = pointRows(shared, exponentialHistograms);
  const summary = pointRows(shared, summaries);
  return [
    { points: number, blocks: [sampleBlock(number), exemplarBlock(number, numbers)] },
    {
      points: histogram,
      blocks: [histogramBlock(histogram), exemplarBlock(histogram, histograms)],
    },
    {
      points: exponential,
      blocks: [
        exponentialHistogramBlock(exponential),
        exemplarBlock(exponential, exponentialHistograms),
      ],
    },
    { points: summary, blocks: [summaryBlock(summary)] },
  ];
}

function pointRows<Points extends PointColumns>(
  shared: {
    readonly options: BatchOptions<MetricColumns>;
    readonly identities: IdentityTable;
    readonly ids: SeriesIds;
  },
  points: Points,
): PointRows<Points> {
  const { identities, ids } = shared;
  const { columns, retention } = shared.options;
  const { segments } = columns;
  const rowEnd = childRowEnds(segments, points.metric, points.count);
  const sent = { sent: points.timeUnixNano.subarray(0, points.count * 2), rowEnd };
  const tenant = tenantOfRows(segments, rowEnd, points.count);
  const resource = resourceOfPoints(columns, points);
  const rows = { count: points.count, tenant, resource };
  const retentionDays = retentionOfRows(retention, { segments, identities }, rows);
  return {
    columns,
    points,
    owner: { segments, tenant, retentionDays },
    times: storedTimes(sent, segments, longestDays(retention)),
    rowEnd,
    resource,
    series: seriesOfPoints(points, ids),
  };
}

function exemplarBlock(
  points: PointRows,
  kind: { readonly exemplars: ExemplarColumns; readonly exemplarEnd: Uint32Array },
): ExemplarBlock {
  return new ExemplarBlock(points, kind.exemplars, kind.exemplarEnd);
}

function resourceOfPoints(columns: MetricColumns, points: PointColumns): Uint32Array {
  const resource = new Uint32Array(points.count);
  for (let row = 0; row < points.count; row++) resource[row] = columns.resource[points.metric[row]];
  return resource;
}

/** Two words a point. */
function seriesOfPoints(points: PointColumns, ids: SeriesIds): Uint32Array {
  const series = new Uint32Array(points.count * 2);
  const id = new Hash64();
  for (let row = 0; row < points.count; row++) {
    ids.of(points, row, id);
    series[row * 2] = id.low;
    series[row * 2 + 1] = id.high;
  }
  return series;
}
