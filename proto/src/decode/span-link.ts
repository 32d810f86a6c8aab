import type { SpanLinkColumns } from '../columns/span-columns.ts';
import { malformed } from '../malformed.ts';
import { takeRow } from '../protobuf/row-budget.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { appendEmpty, clearId, readSpanId, readString, readTraceId, readUint32 } from './fields.ts';

const ROWS_MIN = 16;
const LINK_FIELDS = 0b1111110;

/** Appends the `Span.Link` in `[p, end)`. */
export function appendSpanLink(
  source: Source,
  p: number,
  end: number,
  columns: SpanLinkColumns,
): void {
  const bytes = source.bytes;
  takeRow(p);
  const row = columns.count;
  if (row === columns.capacity) columns.growTo(Math.max(ROWS_MIN, row * 2));
  clearId(columns.traceIdView, row * 16, 16);
  clearId(columns.spanIdView, row * 8, 8);
  columns.flags[row] = 0;
  columns.droppedAttributesCount[row] = 0;
  appendEmpty(columns.traceState, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x0a:
        p = readTraceId(source, p, end, columns.traceIdView, row * 16);
        break;
      case 0x12:
        p = readSpanId(source, p, end, columns.spanIdView, row * 8);
        break;
      case 0x1a:
        p = readString(source, p, end, columns.traceState, row);
        break;
      case 0x22:
        p = appendAttributes(source, p, end, tag, columns.attributes);
        break;
      case 0x28:
        p = readUint32(source, p, columns.droppedAttributesCount, row);
        break;
      case 0x35:
        columns.flags[row] = source.view.getInt32(p, true);
        p += 4;
        break;
      default:
        p = skipField(bytes, p, end, tag, LINK_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.count = row + 1;
}
