import type {
  ExponentialHistogramPointColumns,
  HistogramPointColumns,
  NumberPointColumns,
  SummaryPointColumns,
} from '@sonde/proto';
import {
  type BlockWriter,
  metricExponentialHistogramsTable,
  metricHistogramsTable,
  metricSamplesTable,
  metricSummariesTable,
  RowRuns,
  type TableDefinition,
  writeFixedArrayColumn,
  writeFixedColumn,
  writeUint8Via,
} from '@sonde/store';
import type { BlockSource } from './block-source.ts';
import { POINT_BYTES, type PointRows, writePoint } from './point-rows.ts';

/** Counts, bounds and quantiles are of 8 bytes. */
const ELEMENT_BYTES = 8;

/** A column of the table, and where its rows are; with `ends` an Array of them. */
interface PointColumn {
  readonly name: string;
  readonly source: ArrayBufferView;
  readonly widthBytes: number;
  readonly ends?: Uint32Array;
}

/** What the metric of a point says, copied to its points: a number a metric. */
interface MetricColumn {
  readonly name: string;
  readonly table: Uint8Array;
}

/** Points of one kind as rows of their table. */
export class PointBlock implements BlockSource {
  readonly table: TableDefinition;
  readonly rows: RowRuns;
  readonly timestamp: Int32Array;
  readonly #points: PointRows;
  readonly #columns: readonly PointColumn[];
  readonly #metricColumns: readonly MetricColumn[];

  constructor(
    table: TableDefinition,
    points: PointRows,
    columns: {
      readonly ofPoint: readonly PointColumn[];
      readonly ofMetric?: readonly MetricColumn[];
    },
  ) {
    this.table = table;
    this.rows = RowRuns.range(0, points.points.count);
    this.timestamp = points.times.timestamp;
    this.#points = points;
    this.#columns = columns.ofPoint;
    this.#metricColumns = columns.ofMetric ?? [];
  }

  estimateBytes(runs: RowRuns): number {
    let bytes = runs.rows * POINT_BYTES + this.#points.columns.names.run.length;
    for (const { ends } of this.#columns) {
      if (ends !== undefined) bytes += runs.children(ends).rows * ELEMENT_BYTES;
      bytes += runs.rows * ELEMENT_BYTES;
    }
    return bytes;
  }

  write(writer: BlockWriter, runs: RowRuns): void {
    writePoint(writer, this.#points, runs);
    for (const { name, source, widthBytes, ends } of this.#columns) {
      writer.column(name);
      if (ends === undefined) writeFixedColumn(writer.out, { source, widthBytes }, runs);
      else writeFixedArrayColumn(writer.out, { source, widthBytes, ends }, runs);
    }
    for (const { name, table } of this.#metricColumns) {
      writer.column(name);
      writeUint8Via(writer.out, { table, via: this.#points.points.metric }, runs);
    }
  }
}

export function sampleBlock(rows: PointRows<NumberPointColumns>): PointBlock {
  const { points } = rows;
  return new PointBlock(metricSamplesTable(), rows, {
    ofPoint: [
      { name: 'value', source: points.double, widthBytes: 8 },
      { name: 'int_value', source: points.int, widthBytes: 8 },
      { name: 'value_type', source: points.valueType, widthBytes: 1 },
    ],
    ofMetric: [
      { name: 'temporality', table: rows.columns.temporality },
      { name: 'is_monotonic', table: rows.columns.isMonotonic },
    ],
  });
}

export function histogramBlock(rows: PointRows<HistogramPointColumns>): PointBlock {
  const { points } = rows;
  return new PointBlock(metricHistogramsTable(), rows, {
    ofPoint: [
      ...distribution(points),
      array('bucket_counts', points.bucketCounts.used(), points.bucketEnd),
      array('explicit_bounds', points.explicitBounds.used(), points.boundEnd),
    ],
    ofMetric: [{ name: 'temporality', table: rows.columns.temporality }],
  });
}

export function exponentialHistogramBlock(
  rows: PointRows<ExponentialHistogramPointColumns>,
): PointBlock {
  const { points } = rows;
  return new PointBlock(metricExponentialHistogramsTable(), rows, {
    ofPoint: [
      ...distribution(points),
      { name: 'scale', source: points.scale, widthBytes: 4 },
      { name: 'zero_count', source: points.zeroCount, widthBytes: 8 },
      { name: 'zero_threshold', source: points.zeroThreshold, widthBytes: 8 },
      { name: 'positive_offset', source: points.positiveOffset, widthBytes: 4 },
      array('positive_bucket_counts', points.positiveCounts.used(), points.positiveEnd),
      { name: 'negative_offset', source: points.negativeOffset, widthBytes: 4 },
      array('negative_bucket_counts', points.negativeCounts.used(), points.negativeEnd),
    ],
    ofMetric: [{ name: 'temporality', table: rows.columns.temporality }],
  });
}

export function summaryBlock(rows: PointRows<SummaryPointColumns>): PointBlock {
  const { points } = rows;
  return new PointBlock(metricSummariesTable(), rows, {
    ofPoint: [
      { name: 'count', source: points.countValue, widthBytes: 8 },
      { name: 'sum', source: points.sum, widthBytes: 8 },
      array('quantiles', points.quantiles.used(), points.quantileEnd),
      array('quantile_values', points.quantileValues.used(), points.quantileEnd),
    ],
  });
}

function distribution(
  points: HistogramPointColumns | ExponentialHistogramPointColumns,
): readonly PointColumn[] {
  return [
    { name: 'presence', source: points.presence, widthBytes: 1 },
    { name: 'count', source: points.countValue, widthBytes: 8 },
    { name: 'sum', source: points.sum, widthBytes: 8 },
    { name: 'min', source: points.min, widthBytes: 8 },
    { name: 'max', source: points.max, widthBytes: 8 },
  ];
}

function array(name: string, source: Uint8Array, ends: Uint32Array): PointColumn {
  return { name, source, widthBytes: ELEMENT_BYTES, ends };
}
