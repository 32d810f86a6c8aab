import {
  type ExemplarColumns,
  type ExponentialHistogramPointColumns,
  type HistogramPointColumns,
  type MetricColumns,
  MetricKind,
  type PointColumns,
  type SummaryPointColumns,
} from '@sonde/proto';
import { RowRuns } from '@sonde/store';
import type { BlockSource } from '../blocks/block-source.ts';
import { attributeBytes, replicatedBytes } from '../blocks/bytes-estimate.ts';
import { ColumnBlock, type WriteColumn } from './column-block.ts';
import {
  array,
  compose,
  fixed,
  lowCardinality,
  map,
  nestedHexIds,
  nestedMap,
  replicatedMap,
  strings,
} from './columns.ts';
import {
  type OtelTable,
  type OtelTableNames,
  otelExponentialHistogramTable,
  otelGaugeTable,
  otelHistogramTable,
  otelSummaryTable,
  otelSumTable,
} from './otel-tables.ts';

type Write = Readonly<Record<string, WriteColumn>>;

/** Points of a batch as rows of upstream's tables, one for each kind of metric. */
export function otelPointBlocks(
  columns: MetricColumns,
  names: OtelTableNames,
): readonly BlockSource[] {
  const { numbers, histograms, exponentialHistograms, summaries } = columns;
  const number = { Value: fixed(numbers.double, 8), ...exemplarColumns(numbers) };
  const ofKind = (kind: number): RowRuns => rowsOfKind(columns, numbers, kind);
  return [
    pointBlock(columns, numbers, {
      table: otelGaugeTable(names.gauge),
      rows: ofKind(MetricKind.gauge),
      write: number,
    }),
    pointBlock(columns, numbers, {
      table: otelSumTable(names.sum),
      rows: ofKind(MetricKind.sum),
      write: {
        ...number,
        AggregationTemporality: temporality(columns, numbers),
        IsMonotonic: fixed(
          Uint8Array.from(numbers.metric, (metric) => columns.isMonotonic[metric]),
          1,
        ),
      },
    }),
    pointBlock(columns, histograms, {
      table: otelHistogramTable(names.histogram),
      write: histogramColumns(columns, histograms),
    }),
    pointBlock(columns, exponentialHistograms, {
      table: otelExponentialHistogramTable(names.exponentialHistogram),
      write: exponentialColumns(columns, exponentialHistograms),
    }),
    pointBlock(columns, summaries, {
      table: otelSummaryTable(names.summary),
      write: summaryColumns(summaries),
    }),
  ];
}

function rowsOfKind(columns: MetricColumns, points: PointColumns, kind: number): RowRuns {
  const rows = new RowRuns();
  for (let row = 0; row < points.count; row++) {
    if (columns.kind[points.metric[row]] === kind) rows.add(row, row + 1);
  }
  return rows;
}

function temporality(columns: MetricColumns, points: PointColumns): WriteColumn {
  return fixed(
    Int32Array.from(points.metric, (metric) => columns.temporality[metric]),
    4,
  );
}

function distribution(points: HistogramPointColumns | ExponentialHistogramPointColumns): Write {
  return {
    Count: fixed(points.countValue, 8),
    Sum: fixed(points.sum, 8),
    Min: fixed(points.min, 8),
    Max: fixed(points.max, 8),
  };
}

function histogramColumns(columns: MetricColumns, points: HistogramPointColumns): Write {
  return {
    ...distribution(points),
    BucketCounts: array(points.bucketEnd, points.bucketCounts.used(), 8),
    ExplicitBounds: array(points.boundEnd, points.explicitBounds.used(), 8),
    AggregationTemporality: temporality(columns, points),
    ...exemplarColumns(points),
  };
}

function exponentialColumns(
  columns: MetricColumns,
  points: ExponentialHistogramPointColumns,
): Write {
  return {
    ...distribution(points),
    Scale: fixed(points.scale, 4),
    ZeroCount: fixed(points.zeroCount, 8),
    PositiveOffset: fixed(points.positiveOffset, 4),
    PositiveBucketCounts: array(points.positiveEnd, points.positiveCounts.used(), 8),
    NegativeOffset: fixed(points.negativeOffset, 4),
    NegativeBucketCounts: array(points.negativeEnd, points.negativeCounts.used(), 8),
    AggregationTemporality: temporality(columns, points),
    ...exemplarColumns(points),
  };
}

function summaryColumns(points: SummaryPointColumns): Write {
  return {
    Count: fixed(points.countValue, 8),
    Sum: fixed(points.sum, 8),
    'ValueAtQuantiles.Quantile': array(points.quantileEnd, points.quantiles.used(), 8),
    'ValueAtQuantiles.Value': array(points.quantileEnd, points.quantileValues.used(), 8),
  };
}

function exemplarColumns(points: {
  readonly exemplars: ExemplarColumns;
  readonly exemplarEnd: Uint32Array;
}): Write {
  const { exemplars, exemplarEnd: ends } = points;
  const attributes = { list: exemplars.attributes, ends: exemplars.attributeEnd };
  return {
    'Exemplars.FilteredAttributes': nestedMap(ends, attributes),
    'Exemplars.TimeUnix': array(ends, exemplars.timeUnixNano, 8),
    'Exemplars.Value': array(ends, exemplars.double, 8),
    'Exemplars.SpanId': nestedHexIds(ends, exemplars.spanId, 8),
    'Exemplars.TraceId': nestedHexIds(ends, exemplars.traceId, 16),
  };
}

function pointBlock(
  columns: MetricColumns,
  points: PointColumns,
  of: { readonly table: OtelTable; readonly rows?: RowRuns; readonly write: Write },
): BlockSource {
  const { resources, scopes, schemaUrls } = columns;
  const metric = points.metric.subarray(0, points.count);
  const resource = compose(columns.resource, metric);
  const scope = compose(columns.scope, metric);
  const resourceAttributes = { list: resources.attributes, ends: resources.attributeEnd };
  const scopeAttributes = { list: scopes.attributes, ends: scopes.attributeEnd };
  const attributes = { list: points.attributes, ends: points.attributeEnd };
  const dropped = Uint32Array.from(scope, (row) => scopes.droppedAttributesCount[row]);
  return new ColumnBlock({
    table: of.table,
    rows: of.rows ?? RowRuns.range(0, points.count),
    timestamp: points.timeUnixNano,
    columns: {
      ResourceAttributes: replicatedMap(resourceAttributes, resource),
      ResourceSchemaUrl: strings(schemaUrls, columns.resourceSchemaUrl, metric),
      ScopeName: strings(scopes.names, scopes.name, scope),
      ScopeVersion: strings(scopes.versions, scopes.version, scope),
      ScopeAttributes: replicatedMap(scopeAttributes, scope),
      ScopeDroppedAttrCount: fixed(dropped, 4),
      ScopeSchemaUrl: strings(schemaUrls, columns.scopeSchemaUrl, metric),
      ServiceName: lowCardinality(resources.serviceNames, resources.serviceName, resource),
      MetricName: lowCardinality(columns.names, columns.name, metric),
      MetricDescription: strings(columns.descriptions, columns.description, metric),
      MetricUnit: strings(columns.units, columns.unit, metric),
      Attributes: map(attributes),
      StartTimeUnix: fixed(points.startTimeUnixNano, 8),
      TimeUnix: fixed(points.timeUnixNano, 8),
      Flags: fixed(points.flags, 4),
      ...of.write,
    },
    variableBytes: (runs) =>
      attributeBytes(attributes, runs) + replicatedBytes(resourceAttributes, resource, runs),
  });
}
