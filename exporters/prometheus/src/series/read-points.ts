import {
  type AttributeList,
  type ByteRun,
  type ExemplarColumns,
  type ExponentialHistogramPointColumns,
  type HistogramPointColumns,
  HistogramPresence,
  idText,
  type NumberPointColumns,
  NumberType,
  readAttribute,
  type SummaryPointColumns,
} from '@sonde/proto';
import {
  type Exemplar,
  type HistogramSample,
  type NanoTime,
  type NumberSample,
  type SummarySample,
  toUnixMs,
} from './series.ts';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
/** Exemplars that one sample keeps, the first ones; a page shows one a bucket. */
const EXEMPLARS_MAX = 64;

/** Attributes in `[start, end)` of a list, by key; of repeated keys the last counts. */
export function readAttributes(
  list: AttributeList,
  start: number,
  end: number,
): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (let i = start; i < end; i++) {
    const { key, text } = readAttribute(list, i);
    attributes.set(key, text);
  }
  return attributes;
}

/** Where the entries of row `row` start and end; ends are two words each. */
export function entriesOf(ends: Uint32Array, row: number): readonly [start: number, end: number] {
  return [row === 0 ? 0 : ends[row * 2 - 2], ends[row * 2]];
}

export function timeOf(words: Int32Array, row: number): NanoTime {
  return { low: words[row * 2] >>> 0, high: words[row * 2 + 1] >>> 0 };
}

/** Exact up to 2^53, as far as a page's numbers go. */
function unsigned(words: Int32Array, row: number): number {
  const { low, high } = timeOf(words, row);
  return high * 4294967296 + low;
}

export function readNumber(points: NumberPointColumns, row: number): NumberSample {
  const value = points.valueType[row] === NumberType.none ? 0 : points.double[row];
  return { kind: 'number', value, exemplars: readExemplars(points, row) };
}

export function readHistogram(points: HistogramPointColumns, row: number): HistogramSample {
  return {
    kind: 'histogram',
    bounds: readDoubles(points.explicitBounds, ...entriesOf(points.boundEnd, row)),
    counts: readCounts(points.bucketCounts, ...entriesOf(points.bucketEnd, row)),
    sum: (points.presence[row] & HistogramPresence.sum) === 0 ? 0 : points.sum[row],
    count: unsigned(points.countValue, row),
    exemplars: readExemplars(points, row),
  };
}

/** A page in text has no exponential buckets: count and sum of one stay. */
export function readExponential(
  points: ExponentialHistogramPointColumns,
  row: number,
): HistogramSample {
  return {
    kind: 'histogram',
    bounds: [],
    counts: [],
    sum: (points.presence[row] & HistogramPresence.sum) === 0 ? 0 : points.sum[row],
    count: unsigned(points.countValue, row),
    exemplars: readExemplars(points, row),
  };
}

export function readSummary(points: SummaryPointColumns, row: number): SummarySample {
  const range = entriesOf(points.quantileEnd, row);
  const values = readDoubles(points.quantileValues, ...range);
  return {
    kind: 'summary',
    quantiles: readDoubles(points.quantiles, ...range).map((quantile, at) => [
      quantile,
      values[at],
    ]),
    sum: points.sum[row],
    count: unsigned(points.countValue, row),
  };
}

function readDoubles(run: ByteRun, start: number, end: number): readonly number[] {
  const doubles: number[] = [];
  for (let i = start; i < end; i++) doubles.push(run.view.getFloat64(i * 8, true));
  return doubles;
}

function readCounts(run: ByteRun, start: number, end: number): readonly number[] {
  const counts: number[] = [];
  for (let i = start; i < end; i++) {
    counts.push(run.view.getUint32(i * 8 + 4, true) * 4294967296 + run.view.getUint32(i * 8, true));
  }
  return counts;
}

interface WithExemplars {
  readonly exemplars: ExemplarColumns;
  readonly exemplarEnd: Uint32Array;
}

function readExemplars(
  { exemplars, exemplarEnd }: WithExemplars,
  row: number,
): readonly Exemplar[] {
  const [start, end] = entriesOf(exemplarEnd, row);
  const read: Exemplar[] = [];
  for (let i = start; i < Math.min(end, start + EXEMPLARS_MAX); i++) {
    const trace = idText(exemplars.traceId, i, TRACE_ID_BYTES);
    const span = idText(exemplars.spanId, i, SPAN_ID_BYTES);
    read.push({
      value: exemplars.valueType[i] === NumberType.none ? 0 : exemplars.double[i],
      labels: [
        ...(trace === '' ? [] : [`trace_id="${trace}"`]),
        ...(span === '' ? [] : [`span_id="${span}"`]),
      ].join(','),
      unixSeconds: toUnixMs(timeOf(exemplars.timeUnixNano, i)) / 1000,
    });
  }
  return read;
}
