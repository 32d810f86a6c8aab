import { ExemplarColumns } from '../columns/exemplar-columns.ts';
import {
  ExponentialHistogramPointColumns,
  HistogramPointColumns,
} from '../columns/histogram-columns.ts';
import { MetricColumns } from '../columns/metric-columns.ts';
import {
  NumberPointColumns,
  type PointColumns,
  SummaryPointColumns,
} from '../columns/point-columns.ts';
import {
  gatherAttributes,
  gatherElements,
  gatherEnds,
  gatherFloat64,
  gatherIds,
  gatherInt32,
  gatherUint8,
  gatherUint32,
} from './gather.ts';
import { RowSelection } from './row-selection.ts';
import { attributeColumns, groupColumns, selectSegments } from './select-rows.ts';

/** A byte a metric, and a byte a point of each table; absent ones keep everything. */
export interface KeepPoints {
  readonly metrics?: Uint8Array;
  readonly numbers?: Uint8Array;
  readonly histograms?: Uint8Array;
  readonly exponentialHistograms?: Uint8Array;
  readonly summaries?: Uint8Array;
}

/**
 * The metrics and points whose byte is not 0, as new columns; the columns themselves when nothing
 * goes. A point goes with its metric. Once something goes, so does every metric without points.
 */
export function selectPoints(columns: MetricColumns, keep: KeepPoints): MetricColumns {
  const used = new Uint8Array(columns.count);
  const numbers = keptPoints(columns.numbers, keep.numbers, keep.metrics, used);
  const histograms = keptPoints(columns.histograms, keep.histograms, keep.metrics, used);
  const exponentials = keptPoints(
    columns.exponentialHistograms,
    keep.exponentialHistograms,
    keep.metrics,
    used,
  );
  const summaries = keptPoints(columns.summaries, keep.summaries, keep.metrics, used);
  const kept = numbers.rowCount + histograms.rowCount + exponentials.rowCount + summaries.rowCount;
  if (kept === columns.pointCount() && !keep.metrics?.subarray(0, columns.count).includes(0)) {
    return columns;
  }
  const rows = RowSelection.ofMask(used, columns.count);
  const rowOf = newRows(used);
  return Object.assign(new MetricColumns(0, 0), {
    ...groupColumns(columns, rows),
    segments: selectSegments(columns.segments, rows),
    names: columns.names,
    descriptions: columns.descriptions,
    units: columns.units,
    name: gatherUint32(columns.name, rows),
    description: gatherUint32(columns.description, rows),
    unit: gatherUint32(columns.unit, rows),
    kind: gatherUint8(columns.kind, rows),
    temporality: gatherUint8(columns.temporality, rows),
    isMonotonic: gatherUint8(columns.isMonotonic, rows),
    metadata: gatherAttributes(columns.metadata, rows.children(columns.metadataEnd)),
    metadataEnd: gatherEnds(columns.metadataEnd, rows),
    numbers: selectNumbers(columns.numbers, numbers, rowOf),
    histograms: selectHistograms(columns.histograms, histograms, rowOf),
    exponentialHistograms: selectExponentials(columns.exponentialHistograms, exponentials, rowOf),
    summaries: selectSummaries(columns.summaries, summaries, rowOf),
  });
}

/** Marks the metrics that keep a point in `used`. */
function keptPoints(
  points: PointColumns,
  keep: Uint8Array | undefined,
  metrics: Uint8Array | undefined,
  used: Uint8Array,
): RowSelection {
  const mask = new Uint8Array(points.count);
  for (let row = 0; row < points.count; row++) {
    const metric = points.metric[row];
    if (keep !== undefined && keep[row] === 0) continue;
    if (metrics !== undefined && metrics[metric] === 0) continue;
    mask[row] = 1;
    used[metric] = 1;
  }
  return RowSelection.ofMask(mask, points.count);
}

/** The row that each kept metric gets. */
function newRows(used: Uint8Array): Uint32Array {
  const rows = new Uint32Array(used.length);
  let count = 0;
  for (let row = 0; row < used.length; row++) if (used[row] !== 0) rows[row] = count++;
  return rows;
}

interface PointParts {
  readonly count: number;
  readonly capacity: number;
  readonly metric: Uint32Array;
  readonly startTimeUnixNano: Int32Array;
  readonly timeUnixNano: Int32Array;
  readonly flags: Uint32Array;
}

function pointParts(points: PointColumns, rows: RowSelection, rowOf: Uint32Array): PointParts {
  return {
    count: rows.rowCount,
    capacity: rows.rowCount,
    metric: gatherUint32(points.metric, rows).map((row) => rowOf[row]),
    startTimeUnixNano: gatherInt32(points.startTimeUnixNano, rows, 2),
    timeUnixNano: gatherInt32(points.timeUnixNano, rows, 2),
    flags: gatherUint32(points.flags, rows),
    ...attributeColumns(points, rows),
  };
}

function selectNumbers(
  points: NumberPointColumns,
  rows: RowSelection,
  rowOf: Uint32Array,
): NumberPointColumns {
  return Object.assign(new NumberPointColumns(0), {
    ...pointParts(points, rows, rowOf),
    valueType: gatherUint8(points.valueType, rows),
    double: gatherFloat64(points.double, rows),
    int: gatherInt32(points.int, rows, 2),
    exemplars: selectExemplars(points.exemplars, rows.children(points.exemplarEnd)),
    exemplarEnd: gatherEnds(points.exemplarEnd, rows),
  });
}

function selectHistograms(
  points: HistogramPointColumns,
  rows: RowSelection,
  rowOf: Uint32Array,
): HistogramPointColumns {
  return Object.assign(new HistogramPointColumns(0), {
    ...pointParts(points, rows, rowOf),
    presence: gatherUint8(points.presence, rows),
    countValue: gatherInt32(points.countValue, rows, 2),
    sum: gatherFloat64(points.sum, rows),
    min: gatherFloat64(points.min, rows),
    max: gatherFloat64(points.max, rows),
    bucketCounts: gatherElements(points.bucketCounts, rows.children(points.bucketEnd), 8),
    bucketEnd: gatherEnds(points.bucketEnd, rows),
    explicitBounds: gatherElements(points.explicitBounds, rows.children(points.boundEnd), 8),
    boundEnd: gatherEnds(points.boundEnd, rows),
    exemplars: selectExemplars(points.exemplars, rows.children(points.exemplarEnd)),
    exemplarEnd: gatherEnds(points.exemplarEnd, rows),
  });
}

function selectExponentials(
  points: ExponentialHistogramPointColumns,
  rows: RowSelection,
  rowOf: Uint32Array,
): ExponentialHistogramPointColumns {
  return Object.assign(new ExponentialHistogramPointColumns(0), {
    ...pointParts(points, rows, rowOf),
    presence: gatherUint8(points.presence, rows),
    countValue: gatherInt32(points.countValue, rows, 2),
    sum: gatherFloat64(points.sum, rows),
    min: gatherFloat64(points.min, rows),
    max: gatherFloat64(points.max, rows),
    scale: gatherInt32(points.scale, rows),
    zeroCount: gatherInt32(points.zeroCount, rows, 2),
    zeroThreshold: gatherFloat64(points.zeroThreshold, rows),
    positiveOffset: gatherInt32(points.positiveOffset, rows),
    positiveCounts: gatherElements(points.positiveCounts, rows.children(points.positiveEnd), 8),
    positiveEnd: gatherEnds(points.positiveEnd, rows),
    negativeOffset: gatherInt32(points.negativeOffset, rows),
    negativeCounts: gatherElements(points.negativeCounts, rows.children(points.negativeEnd), 8),
    negativeEnd: gatherEnds(points.negativeEnd, rows),
    exemplars: selectExemplars(points.exemplars, rows.children(points.exemplarEnd)),
    exemplarEnd: gatherEnds(points.exemplarEnd, rows),
  });
}

function selectSummaries(
  points: SummaryPointColumns,
  rows: RowSelection,
  rowOf: Uint32Array,
): SummaryPointColumns {
  const quantiles = rows.children(points.quantileEnd);
  return Object.assign(new SummaryPointColumns(0), {
    ...pointParts(points, rows, rowOf),
    countValue: gatherInt32(points.countValue, rows, 2),
    sum: gatherFloat64(points.sum, rows),
    quantiles: gatherElements(points.quantiles, quantiles, 8),
    quantileValues: gatherElements(points.quantileValues, quantiles, 8),
    quantileEnd: gatherEnds(points.quantileEnd, rows),
  });
}

function selectExemplars(exemplars: ExemplarColumns, rows: RowSelection): ExemplarColumns {
  if (rows.rowCount === exemplars.count) return exemplars;
  const traces = gatherIds(exemplars.traceId, rows, 16);
  const spans = gatherIds(exemplars.spanId, rows, 8);
  return Object.assign(new ExemplarColumns(), {
    count: rows.rowCount,
    capacity: rows.rowCount,
    timeUnixNano: gatherInt32(exemplars.timeUnixNano, rows, 2),
    valueType: gatherUint8(exemplars.valueType, rows),
    double: gatherFloat64(exemplars.double, rows),
    int: gatherInt32(exemplars.int, rows, 2),
    traceId: traces.ids,
    traceIdView: traces.view,
    spanId: spans.ids,
    spanIdView: spans.view,
    ...attributeColumns(exemplars, rows),
  });
}
