import type { SummaryPointColumns } from '../columns/point-columns.ts';
import { malformed } from '../malformed.ts';
import { takeRow } from '../protobuf/row-budget.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { readFixed64, readUint32 } from './fields.ts';
import { startPoint } from './start-point.ts';

/** Field numbers 2 to 8. */
const SUMMARY_POINT_FIELDS = 0x1fc;
const QUANTILE_FIELDS = 0b110;

/** Appends the `SummaryDataPoint` in `[p, end)` of the metric in row `metric`. */
export function appendSummaryPoint(
  source: Source,
  p: number,
  end: number,
  columns: SummaryPointColumns,
  metric: number,
): void {
  const bytes = source.bytes;
  const row = startPoint(columns, metric, p);
  columns.countValue[row * 2] = 0;
  columns.countValue[row * 2 + 1] = 0;
  columns.sum[row] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x3a:
        p = appendAttributes(source, p, end, tag, columns.attributes);
        break;
      case 0x32: {
        const length = readLength(bytes, p, end);
        p = result.next;
        appendQuantile(source, p, p + length, columns);
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
      case 0x29:
        columns.sum[row] = source.view.getFloat64(p, true);
        p += 8;
        break;
      case 0x40:
        p = readUint32(source, p, columns.flags, row);
        break;
      default:
        p = skipField(bytes, p, end, tag, SUMMARY_POINT_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.quantileEnd[row * 2] = columns.quantiles.length >>> 3;
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.count = row + 1;
}

function appendQuantile(
  source: Source,
  p: number,
  end: number,
  columns: SummaryPointColumns,
): void {
  const { bytes, view } = source;
  takeRow(p);
  let quantile = 0;
  let value = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x09 && tag !== 0x11) {
      p = skipField(bytes, p, end, tag, QUANTILE_FIELDS);
      continue;
    }
    if (tag === 0x09) quantile = view.getFloat64(p, true);
    else value = view.getFloat64(p, true);
    p += 8;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  const { quantiles, quantileValues } = columns;
  quantiles.reserve(8);
  quantiles.view.setFloat64(quantiles.length, quantile, true);
  quantiles.length += 8;
  quantileValues.reserve(8);
  quantileValues.view.setFloat64(quantileValues.length, value, true);
  quantileValues.length += 8;
}
