import type { SpanColumns, SpanEventColumns, SpanLinkColumns } from '../columns/span-columns.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import {
  writeEntry,
  writeFixed64,
  writeId,
  writeRowAttributes,
  writeString,
  writeUint32,
} from './values.ts';

/** Room for the fields of fixed size of a span, an event or a link. */
const FIELDS_BYTES_MAX = 112;

/** The fields of a `Span`, last to first. */
export function writeSpan(writer: ReverseWriter, columns: SpanColumns, row: number): void {
  writer.reserve(FIELDS_BYTES_MAX);
  const flags = columns.flags[row];
  if (flags !== 0) {
    writer.fixed32(flags);
    writer.varint32(0x85);
  }
  writeStatus(writer, columns, row);
  writeUint32(writer, 0x70, columns.droppedLinksCount[row]);
  writeLinks(writer, columns, row);
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x60, columns.droppedEventsCount[row]);
  writeEvents(writer, columns, row);
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x50, columns.droppedAttributesCount[row]);
  writeRowAttributes(writer, 0x4a, columns.attributes, columns.attributeEnd, row);
  writer.reserve(FIELDS_BYTES_MAX);
  writeFixed64(writer, 0x41, columns.endUnixNano, row);
  writeFixed64(writer, 0x39, columns.startUnixNano, row);
  writeUint32(writer, 0x30, columns.kind[row]);
  writeEntry(writer, 0x2a, columns.names, columns.name[row]);
  writer.reserve(FIELDS_BYTES_MAX);
  writeId(writer, 0x22, columns.parentSpanIdView, row, 8);
  writeString(writer, 0x1a, columns.traceState, row);
  writer.reserve(FIELDS_BYTES_MAX);
  writeId(writer, 0x12, columns.spanIdView, row, 8);
  writeId(writer, 0x0a, columns.traceIdView, row, 16);
}

function writeStatus(writer: ReverseWriter, columns: SpanColumns, row: number): void {
  const before = writer.length;
  writeUint32(writer, 0x18, columns.statusCode[row]);
  writeString(writer, 0x12, columns.statusMessage, row);
  if (writer.length > before) writer.close(before, 0x7a);
  writer.reserve(FIELDS_BYTES_MAX);
}

function writeEvents(writer: ReverseWriter, columns: SpanColumns, row: number): void {
  const { events, eventEnd } = columns;
  const from = row === 0 ? 0 : eventEnd[row * 2 - 2];
  for (let i = eventEnd[row * 2] - 1; i >= from; i--) {
    const before = writer.length;
    writeEvent(writer, events, i);
    writer.close(before, 0x5a);
  }
}

function writeEvent(writer: ReverseWriter, events: SpanEventColumns, i: number): void {
  writer.reserve(FIELDS_BYTES_MAX);
  writeUint32(writer, 0x20, events.droppedAttributesCount[i]);
  writeRowAttributes(writer, 0x1a, events.attributes, events.attributeEnd, i);
  writeEntry(writer, 0x12, events.names, events.name[i]);
  writer.reserve(FIELDS_BYTES_MAX);
  writeFixed64(writer, 0x09, events.timeUnixNano, i);
}

function writeLinks(writer: ReverseWriter, columns: SpanColumns, row: number): void {
  const { links, linkEnd } = columns;
  const from = row === 0 ? 0 : linkEnd[row * 2 - 2];
  for (let i = linkEnd[row * 2] - 1; i >= from; i--) {
    const before = writer.length;
    writeLink(writer, links, i);
    writer.close(before, 0x6a);
  }
}

function writeLink(writer: ReverseWriter, links: SpanLinkColumns, i: number): void {
  writer.reserve(FIELDS_BYTES_MAX);
  const flags = links.flags[i];
  if (flags !== 0) {
    writer.fixed32(flags);
    writer.byte(0x35);
  }
  writeUint32(writer, 0x28, links.droppedAttributesCount[i]);
  writeRowAttributes(writer, 0x22, links.attributes, links.attributeEnd, i);
  writeString(writer, 0x1a, links.traceState, i);
  writer.reserve(FIELDS_BYTES_MAX);
  writeId(writer, 0x12, links.spanIdView, i, 8);
  writeId(writer, 0x0a, links.traceIdView, i, 16);
}
