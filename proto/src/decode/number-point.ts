import { NumberType } from '../columns/metric-kind.ts';
import type { NumberPointColumns } from '../columns/point-columns.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { appendExemplar } from './exemplar.ts';
import { readFixed64, readUint32 } from './fields.ts';
import { startPoint } from './start-point.ts';

/** Field numbers 2 to 8. */
const NUMBER_POINT_FIELDS = 0x1fc;

/** Appends the `NumberDataPoint` in `[p, end)` of the metric in row `metric`. */
export function appendNumberPoint(
  source: Source,
  p: number,
  end: number,
  columns: NumberPointColumns,
  metric: number,
): void {
  const { bytes, view } = source;
  const row = startPoint(columns, metric, p);
  columns.valueType[row] = NumberType.none;
  columns.double[row] = 0;
  columns.int[row * 2] = 0;
  columns.int[row * 2 + 1] = 0;
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
      case 0x2a: {
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
        columns.valueType[row] = NumberType.double;
        columns.double[row] = view.getFloat64(p, true);
        columns.int[row * 2] = 0;
        columns.int[row * 2 + 1] = 0;
        p += 8;
        break;
      case 0x31:
        columns.valueType[row] = NumberType.int;
        columns.double[row] = view.getInt32(p + 4, true) * 4294967296 + view.getUint32(p, true);
        p = readFixed64(source, p, columns.int, row);
        break;
      case 0x40:
        p = readUint32(source, p, columns.flags, row);
        break;
      default:
        p = skipField(bytes, p, end, tag, NUMBER_POINT_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.exemplarEnd[row * 2] = columns.exemplars.count;
  columns.count = row + 1;
}
