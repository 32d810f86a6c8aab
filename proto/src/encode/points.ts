import type {
  ExponentialHistogramPointColumns,
  HistogramPointColumns,
} from '../columns/histogram-columns.ts';
import { HistogramPresence, NumberType } from '../columns/metric-kind.ts';
import type { NumberPointColumns, SummaryPointColumns } from '../columns/point-columns.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { writeExemplars } from './exemplar.ts';
import {
  writeFixed64,
  writePackedFixed64,
  writePackedVarint,
  writeRowAttributes,
  writeUint32,
} from './values.ts';

/** Room for the fields of fixed size of a point. */
const FIELDS_BYTES_MAX = 128;

/** The fields of points of each kind, last to first. */
export function writeNumberPoint(
  writer: ReverseWriter,
  points: NumberPointColumns,
  row: number,
): void {
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x40, points.flags[row]);
  writeRowAttributes(writer, 0x3a, points.attributes, points.attributeEnd, row);
  writer.reserve(FIELDS_BYTES_MAX);
  const type = points.valueType[row];
  if (type === NumberType.int) {
    writer.fixed64(points.int[row * 2], points.int[row * 2 + 1]);
    writer.byte(0x31);
  }
  writeExemplars(writer, 0x2a, points.exemplars, points.exemplarEnd, row);
  writer.reserve(FIELDS_BYTES_MAX);
  if (type === NumberType.double) writeDouble(writer, 0x21, points.double[row]);
  writeFixed64(writer, 0x19, points.timeUnixNano, row);
  writeFixed64(writer, 0x11, points.startTimeUnixNano, row);
}

export function writeHistogramPoint(
  writer: ReverseWriter,
  points: HistogramPointColumns,
  row: number,
): void {
  writer.reserve(FIELDS_BYTES_MAX);
  const presence = points.presence[row];
  if ((presence & HistogramPresence.max) !== 0) writeDouble(writer, 0x61, points.max[row]);
  if ((presence & HistogramPresence.min) !== 0) writeDouble(writer, 0x59, points.min[row]);
  writeUint32(writer, 0x50, points.flags[row]);
  writeRowAttributes(writer, 0x4a, points.attributes, points.attributeEnd, row);
  writeExemplars(writer, 0x42, points.exemplars, points.exemplarEnd, row);
  writePackedFixed64(writer, 0x3a, points.explicitBounds, points.boundEnd, row);
  writePackedFixed64(writer, 0x32, points.bucketCounts, points.bucketEnd, row);
  writer.reserve(FIELDS_BYTES_MAX);
  if ((presence & HistogramPresence.sum) !== 0) writeDouble(writer, 0x29, points.sum[row]);
  writeFixed64(writer, 0x21, points.countValue, row);
  writeFixed64(writer, 0x19, points.timeUnixNano, row);
  writeFixed64(writer, 0x11, points.startTimeUnixNano, row);
}

export function writeExponentialHistogramPoint(
  writer: ReverseWriter,
  points: ExponentialHistogramPointColumns,
  row: number,
): void {
  writer.reserve(FIELDS_BYTES_MAX);
  const presence = points.presence[row];
  if (!Object.is(points.zeroThreshold[row], 0))
    writeDouble(writer, 0x71, points.zeroThreshold[row]);
  if ((presence & HistogramPresence.max) !== 0) writeDouble(writer, 0x69, points.max[row]);
  if ((presence & HistogramPresence.min) !== 0) writeDouble(writer, 0x61, points.min[row]);
  writeExemplars(writer, 0x5a, points.exemplars, points.exemplarEnd, row);
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x50, points.flags[row]);
  writeBuckets(writer, 0x4a, points, row);
  writeBuckets(writer, 0x42, points, row);
  writer.reserve(FIELDS_BYTES_MAX);
  writeFixed64(writer, 0x39, points.zeroCount, row);
  writeSint32(writer, 0x30, points.scale[row]);
  if ((presence & HistogramPresence.sum) !== 0) writeDouble(writer, 0x29, points.sum[row]);
  writeFixed64(writer, 0x21, points.countValue, row);
  writeFixed64(writer, 0x19, points.timeUnixNano, row);
  writeFixed64(writer, 0x11, points.startTimeUnixNano, row);
  writeRowAttributes(writer, 0x0a, points.attributes, points.attributeEnd, row);
}

/** Field 8 (positive) or 9 (negative). */
function writeBuckets(
  writer: ReverseWriter,
  tag: number,
  points: ExponentialHistogramPointColumns,
  row: number,
): void {
  const before = writer.length;
  if (tag === 0x42) {
    writePackedVarint(writer, 0x12, points.positiveCounts, points.positiveEnd, row);
    writer.reserve(16);
    writeSint32(writer, 0x08, points.positiveOffset[row]);
  } else {
    writePackedVarint(writer, 0x12, points.negativeCounts, points.negativeEnd, row);
    writer.reserve(16);
    writeSint32(writer, 0x08, points.negativeOffset[row]);
  }
  if (writer.length > before) writer.close(before, tag);
}

export function writeSummaryPoint(
  writer: ReverseWriter,
  points: SummaryPointColumns,
  row: number,
): void {
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x40, points.flags[row]);
  writeRowAttributes(writer, 0x3a, points.attributes, points.attributeEnd, row);
  writeQuantiles(writer, points, row);
  writer.reserve(FIELDS_BYTES_MAX);
  if (!Object.is(points.sum[row], 0)) writeDouble(writer, 0x29, points.sum[row]);
  writeFixed64(writer, 0x21, points.countValue, row);
  writeFixed64(writer, 0x19, points.timeUnixNano, row);
  writeFixed64(writer, 0x11, points.startTimeUnixNano, row);
}

function writeQuantiles(writer: ReverseWriter, points: SummaryPointColumns, row: number): void {
  const { quantiles, quantileValues, quantileEnd } = points;
  const from = row === 0 ? 0 : quantileEnd[row * 2 - 2];
  for (let i = quantileEnd[row * 2] - 1; i >= from; i--) {
    writer.reserve(32);
    const before = writer.length;
    const quantile = quantiles.view.getFloat64(i * 8, true);
    const value = quantileValues.view.getFloat64(i * 8, true);
    if (!Object.is(value, 0)) writeDouble(writer, 0x11, value);
    if (!Object.is(quantile, 0)) writeDouble(writer, 0x09, quantile);
    writer.close(before, 0x32);
  }
}

function writeDouble(writer: ReverseWriter, tag: number, value: number): void {
  writer.double(value);
  writer.byte(tag);
}

function writeSint32(writer: ReverseWriter, tag: number, value: number): void {
  if (value === 0) return;
  writer.varint32((value << 1) ^ (value >> 31));
  writer.byte(tag);
}
