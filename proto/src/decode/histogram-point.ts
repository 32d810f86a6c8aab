import type { HistogramPointColumns } from '../columns/histogram-columns.ts';
import { HistogramPresence } from '../columns/metric-kind.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { appendExemplar } from './exemplar.ts';
import { readFixed64, readPackedFixed64, readUint32 } from './fields.ts';
import { startPoint } from './start-point.ts';

/** Field numbers 2 to 12. */
const HISTOGRAM_POINT_FIELDS = 0x1ffc;

/** Appends the `HistogramDataPoint` in `[p, end)` of the metric in row `metric`. */
export function appendHistogramPoint(
  source: Source,
  p: number,
  end: number,
  columns: HistogramPointColumns,
  metric: number,
): void {
  const bytes = source.bytes;
  const row = startPoint(columns, metric, p);
  clearHistogramPoint(columns, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x4a:
        p = appendAttributes(source, p, end, tag, columns.attributes);
        break;
      case 0x42: {
        const length = readLength(bytes, p, end);
        p = result.next;
        appendExemplar(source, p, p + length, columns.exemplars);
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
      case 0x31:
      case 0x32:
        p = readPackedFixed64(source, p, end, tag, columns.bucketCounts);
        break;
      case 0x39:
      case 0x3a:
        p = readPackedFixed64(source, p, end, tag, columns.explicitBounds);
        break;
      case 0x50:
        p = readUint32(source, p, columns.flags, row);
        break;
      default:
        p = readOptional(source, p, end, tag, columns, row);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.bucketEnd[row * 2] = columns.bucketCounts.length >>> 3;
  columns.boundEnd[row * 2] = columns.explicitBounds.length >>> 3;
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.exemplarEnd[row * 2] = columns.exemplars.count;
  columns.count = row + 1;
}

function clearHistogramPoint(columns: HistogramPointColumns, row: number): void {
  columns.presence[row] = 0;
  columns.countValue[row * 2] = 0;
  columns.countValue[row * 2 + 1] = 0;
  columns.sum[row] = 0;
  columns.min[row] = 0;
  columns.max[row] = 0;
}

function readOptional(
  source: Source,
  p: number,
  end: number,
  tag: number,
  columns: HistogramPointColumns,
  row: number,
): number {
  if (tag === 0x29) {
    columns.sum[row] = source.view.getFloat64(p, true);
    columns.presence[row] |= HistogramPresence.sum;
  } else if (tag === 0x59) {
    columns.min[row] = source.view.getFloat64(p, true);
    columns.presence[row] |= HistogramPresence.min;
  } else if (tag === 0x61) {
    columns.max[row] = source.view.getFloat64(p, true);
    columns.presence[row] |= HistogramPresence.max;
  } else {
    return skipField(source.bytes, p, end, tag, HISTOGRAM_POINT_FIELDS);
  }
  return p + 8;
}
