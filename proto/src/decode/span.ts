import { intern } from '../columns/intern.ts';
import type { SpanColumns } from '../columns/span-columns.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAttributes } from './attributes.ts';
import {
  appendEmpty,
  readEnum,
  readFixed64,
  readSpanId,
  readString,
  readTraceId,
  readUint32,
} from './fields.ts';
import { appendSpanEvent } from './span-event.ts';
import { appendSpanLink } from './span-link.ts';

/** Field numbers 1 to 16. */
const SPAN_FIELDS = 0x1fffe;
const STATUS_FIELDS = 0b1100;

/** Fills row `columns.count`, which is zeros, from the `Span` in `[p, end)`. */
export function decodeSpan(source: Source, p: number, end: number, columns: SpanColumns): void {
  const bytes = source.bytes;
  const row = columns.count;
  const attributes = columns.attributes;
  appendEmpty(columns.traceState, row);
  appendEmpty(columns.statusMessage, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x4a:
        p = appendAttributes(source, p, end, tag, attributes);
        break;
      case 0x0a:
        p = readTraceId(source, p, end, columns.traceIdView, row * 16);
        break;
      case 0x12:
        p = readSpanId(source, p, end, columns.spanIdView, row * 8);
        break;
      case 0x22:
        p = readSpanId(source, p, end, columns.parentSpanIdView, row * 8);
        break;
      case 0x2a: {
        const length = readLength(bytes, p, end);
        p = result.next;
        columns.name[row] = intern(columns.names, bytes, source.view, p, length);
        p += length;
        break;
      }
      case 0x30:
        p = readEnum(source, p, columns.kind, row);
        break;
      case 0x39:
        p = readFixed64(source, p, columns.startUnixNano, row);
        break;
      case 0x41:
        p = readFixed64(source, p, columns.endUnixNano, row);
        break;
      default:
        p = readRareField(source, p, end, tag, columns);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  columns.attributeEnd[row * 2] = attributes.count;
  columns.eventEnd[row * 2] = columns.events.count;
  columns.linkEnd[row * 2] = columns.links.count;
}

function readRareField(
  source: Source,
  p: number,
  end: number,
  tag: number,
  columns: SpanColumns,
): number {
  const bytes = source.bytes;
  const row = columns.count;
  switch (tag) {
    case 0x1a:
      return readString(source, p, end, columns.traceState, row);
    case 0x50:
      return readUint32(source, p, columns.droppedAttributesCount, row);
    case 0x60:
      return readUint32(source, p, columns.droppedEventsCount, row);
    case 0x70:
      return readUint32(source, p, columns.droppedLinksCount, row);
    case 0x85:
      columns.flags[row] = source.view.getInt32(p, true);
      return p + 4;
    case 0x5a:
    case 0x6a:
    case 0x7a: {
      const length = readLength(bytes, p, end);
      const start = result.next;
      if (tag === 0x5a) appendSpanEvent(source, start, start + length, columns.events);
      else if (tag === 0x6a) appendSpanLink(source, start, start + length, columns.links);
      else readStatus(source, start, start + length, columns);
      return start + length;
    }
    default:
      return skipField(bytes, p, end, tag, SPAN_FIELDS);
  }
}

/** Repeated statuses merge, as protobuf has it: a field that is absent keeps its value. */
function readStatus(source: Source, p: number, end: number, columns: SpanColumns): void {
  const bytes = source.bytes;
  const row = columns.count;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x18) p = readEnum(source, p, columns.statusCode, row);
    else if (tag === 0x12) p = readString(source, p, end, columns.statusMessage, row);
    else p = skipField(bytes, p, end, tag, STATUS_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}
