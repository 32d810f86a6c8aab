import { intern } from '../columns/intern.ts';
import type { ScopeTable } from '../columns/scope-table.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { appendAttribute } from './attribute.ts';

const SCOPE_FIELDS = 0b11110;

/** The row of the `InstrumentationScope` in `[p, end)`, as `internResource`. */
export function internScope(source: Source, p: number, end: number, table: ScopeTable): number {
  const id = intern(table.messages, source.bytes, source.view, p, end - p);
  const known = table.rowOfMessage[id] | 0;
  if (known !== 0) return known - 1;
  const row = table.count;
  if (row === table.capacity) table.growTo(row * 2);
  readScope(source, p, end, table, row);
  table.messageId[row] = id;
  table.attributeEnd[row * 2] = table.attributes.count;
  table.rowOfMessage[id] = row + 1;
  table.count = row + 1;
  return row;
}

function readScope(source: Source, p: number, end: number, table: ScopeTable, row: number): void {
  const { bytes, view } = source;
  table.name[row] = 0;
  table.version[row] = 0;
  table.droppedAttributesCount[row] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x20) {
      p = readVarint(bytes, p);
      table.droppedAttributesCount[row] = result.low;
      continue;
    }
    if (tag !== 0x0a && tag !== 0x12 && tag !== 0x1a) {
      p = skipField(bytes, p, end, tag, SCOPE_FIELDS);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    if (tag === 0x0a) table.name[row] = intern(table.names, bytes, view, p, length);
    else if (tag === 0x12) table.version[row] = intern(table.versions, bytes, view, p, length);
    else appendAttribute(source, p, p + length, table.attributes);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}
