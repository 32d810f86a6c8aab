import { intern } from '../columns/intern.ts';
import type { SpanEventColumns } from '../columns/span-columns.ts';
import { malformed } from '../malformed.ts';
import { takeRow } from '../protobuf/row-budget.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import { readFixed64, readUint32 } from './fields.ts';

const ROWS_MIN = 64;
const EVENT_FIELDS = 0b11110;

/** Appends the `Span.Event` in `[p, end)`. */
export function appendSpanEvent(
  source: Source,
  p: number,
  end: number,
  columns: SpanEventColumns,
): void {
  const bytes = source.bytes;
  takeRow(p);
  const row = columns.count;
  if (row === columns.capacity) columns.growTo(Math.max(ROWS_MIN, row * 2));
  columns.timeUnixNano[row * 2] = 0;
  columns.timeUnixNano[row * 2 + 1] = 0;
  columns.name[row] = 0;
  columns.droppedAttributesCount[row] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x09:
        p = readFixed64(source, p, columns.timeUnixNano, row);
        break;
      case 0x12: {
        const length = readLength(bytes, p, end);
        p = result.next;
        columns.name[row] = intern(columns.names, bytes, source.view, p, length);
        p += length;
        break;
      }
      case 0x1a:
        p = appendAttributes(source, p, end, tag, columns.attributes);
        break;
      case 0x20:
        p = readUint32(source, p, columns.droppedAttributesCount, row);
        break;
      default:
        p = skipField(bytes, p, end, tag, EVENT_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributeEnd[row * 2] = columns.attributes.count;
  columns.count = row + 1;
}
