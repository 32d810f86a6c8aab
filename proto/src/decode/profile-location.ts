import type { LineTable, LocationTable } from '../columns/profile-dictionary.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { readInt32, readInt64, readPackedInt32 } from './fields.ts';
import { clearInt64, startRow } from './profile-row.ts';

const LOCATION_FIELDS = 0b11110;
const LINE_FIELDS = 0b1110;

/** Appends the `Location` in `[p, end)` with its lines. */
export function appendLocation(source: Source, p: number, end: number, table: LocationTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  table.mapping[row] = 0;
  clearInt64(table.address, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) {
      p = readInt32(source, p, table.mapping, row);
    } else if (tag === 0x10) {
      p = readInt64(source, p, table.address, row);
    } else if (tag === 0x1a) {
      const length = readLength(bytes, p, end);
      p = result.next;
      appendLine(source, p, p + length, table.lines);
      p += length;
    } else if (tag === 0x20 || tag === 0x22) {
      p = readPackedInt32(source, p, end, tag, table.attributes.indices);
    } else {
      p = skipField(bytes, p, end, tag, LOCATION_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.lineEnd[row * 2] = table.lines.count;
  table.attributes.endRow(row);
  table.count = row + 1;
}

function appendLine(source: Source, p: number, end: number, table: LineTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  table.function[row] = 0;
  clearInt64(table.line, row);
  clearInt64(table.column, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) p = readInt32(source, p, table.function, row);
    else if (tag === 0x10) p = readInt64(source, p, table.line, row);
    else if (tag === 0x18) p = readInt64(source, p, table.column, row);
    else p = skipField(bytes, p, end, tag, LINE_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.count = row + 1;
}
