import type { ByteRun } from '../columns/byte-run.ts';
import type { ExponentialHistogramPointColumns } from '../columns/histogram-columns.ts';
import { HistogramPresence } from '../columns/metric-kind.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { appendExemplar } from './exemplar.ts';
import { readFixed64, readPackedInt64, readSint32, readUint32 } from './fields.ts';
import { startPoint } from './start-point.ts';

/** Field numbers 1 to 14. */
const POINT_FIELDS = 0x7ffe;
const BUCKETS_FIELDS = 0b110;

/** Appends the `ExponentialHistogramDataPoint` in `[p, end)` of the metric in row `metric`. */
export function appendExponentialHistogramPoint(
  source: Source,
  p: number,
  end: number,
  columns: ExponentialHistogramPointColumns,
  metric: number,
): void {
  const bytes = source.bytes;
  const row = startPoint(columns, metric, p);
  clearPoint(columns, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x0a:
        p = appendAttributes(source, p, end, tag, columns.attributes);
        break;
      case 0x42:
      case 0x4a:
      case 0x5a: {
        const length = readLength(bytes, p, end);
        p = result.next;
        readPart(source, p, p + length, tag, columns);
        p += length;
        break;
      }
      case 0x11:
        p = readFixed64(source, p, columns.startTimeUnixNano, row);
        break;
      case 0x19:
        p = readFixed64(source, p, columns.timeUnixNano, row);
        break;
      case 0x21:
        p = readFixed64(source, p, columns.countValue, row);
        break;
      case 0x30:
        p = readSint32(source, p, columns.scale, row);
        break;
      case 0x39:
        p = readFixed64(source, p, columns.zeroCount, row);
        break;
      case 0x50:
        p = readUint32(source, p, columns.flags, row);
        break;
      default:
        p = readDouble(source, p, end, tag, columns, row);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.positiveEnd[row * 2] = columns.positiveCounts.length >>> 3;
  columns.negativeEnd[row * 2] = columns.negativeCounts.length >>> 3;
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.exemplarEnd[row * 2] = columns.exemplars.count;
  columns.count = row + 1;
}

function clearPoint(columns: ExponentialHistogramPointColumns, row: number): void {
  columns.presence[row] = 0;
  columns.countValue[row * 2] = 0;
  columns.countValue[row * 2 + 1] = 0;
  columns.sum[row] = 0;
  columns.min[row] = 0;
  columns.max[row] = 0;
  columns.scale[row] = 0;
  columns.zeroCount[row * 2] = 0;
  columns.zeroCount[row * 2 + 1] = 0;
  columns.zeroThreshold[row] = 0;
  columns.positiveOffset[row] = 0;
  columns.negativeOffset[row] = 0;
}

function readDouble(
  source: Source,
  p: number,
  end: number,
  tag: number,
  columns: ExponentialHistogramPointColumns,
  row: number,
): number {
  if (tag === 0x29) {
    columns.sum[row] = source.view.getFloat64(p, true);
    columns.presence[row] |= HistogramPresence.sum;
  } else if (tag === 0x61) {
    columns.min[row] = source.view.getFloat64(p, true);
    columns.presence[row] |= HistogramPresence.min;
  } else if (tag === 0x69) {
    columns.max[row] = source.view.getFloat64(p, true);
    columns.presence[row] |= HistogramPresence.max;
  } else if (tag === 0x71) {
    columns.zeroThreshold[row] = source.view.getFloat64(p, true);
  } else {
    return skipField(source.bytes, p, end, tag, POINT_FIELDS);
  }
  return p + 8;
}

function readPart(
  source: Source,
  p: number,
  end: number,
  tag: number,
  columns: ExponentialHistogramPointColumns,
): void {
  const row = columns.count;
  if (tag === 0x5a) {
    appendExemplar(source, p, end, columns.exemplars);
  } else if (tag === 0x42) {
    readBuckets(source, p, end, columns.positiveOffset, row, columns.positiveCounts);
  } else {
    readBuckets(source, p, end, columns.negativeOffset, row, columns.negativeCounts);
  }
}

/** Repeated buckets merge, as protobuf has it: the counts are appended. */
function readBuckets(
  source: Source,
  p: number,
  end: number,
  offsets: Int32Array,
  row: number,
  counts: ByteRun,
): void {
  const bytes = source.bytes;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) {
      p = readSint32(source, p, offsets, row);
    } else if (tag === 0x10 || tag === 0x12) {
      p = readPackedInt64(source, p, end, tag, counts);
    } else {
      p = skipField(bytes, p, end, tag, BUCKETS_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}
