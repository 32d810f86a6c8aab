import type { ExemplarColumns } from '../columns/exemplar-columns.ts';
import { NumberType } from '../columns/metric-kind.ts';
import { malformed } from '../malformed.ts';
import { takeRow } from '../protobuf/row-budget.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { clearId, readFixed64, readSpanId, readTraceId } from './fields.ts';

const EXEMPLARS_MIN = 16;
/** Field numbers 2 to 7. */
const EXEMPLAR_FIELDS = 0xfc;

/** Appends the `Exemplar` in `[p, end)`. */
export function appendExemplar(
  source: Source,
  p: number,
  end: number,
  columns: ExemplarColumns,
): void {
  const { bytes, view } = source;
  takeRow(p);
  const row = columns.count;
  if (row === columns.capacity) columns.growTo(Math.max(EXEMPLARS_MIN, row * 2));
  clearExemplar(columns, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x11:
        p = readFixed64(source, p, columns.timeUnixNano, row);
        break;
      case 0x19:
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
      case 0x22:
        p = readSpanId(source, p, end, columns.spanIdView, row * 8);
        break;
      case 0x2a:
        p = readTraceId(source, p, end, columns.traceIdView, row * 16);
        break;
      case 0x3a:
        p = appendAttributes(source, p, end, tag, columns.attributes);
        break;
      default:
        p = skipField(bytes, p, end, tag, EXEMPLAR_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.count = row + 1;
}

function clearExemplar(columns: ExemplarColumns, row: number): void {
  columns.timeUnixNano[row * 2] = 0;
  columns.timeUnixNano[row * 2 + 1] = 0;
  columns.valueType[row] = NumberType.none;
  columns.double[row] = 0;
  columns.int[row * 2] = 0;
  columns.int[row * 2 + 1] = 0;
  clearId(columns.traceIdView, row * 16, 16);
  clearId(columns.spanIdView, row * 8, 8);
}
