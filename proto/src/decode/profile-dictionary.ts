import { AnyValueType } from '../columns/any-value-type.ts';
import { intern } from '../columns/intern.ts';
import type {
  AttributeTable,
  FunctionTable,
  LinkTable,
  MappingTable,
  ProfileDictionary,
  StackTable,
  StringTable,
} from '../columns/profile-dictionary.ts';
import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAnyValue, valueBytesMax } from './any-value.ts';
import {
  appendEmpty,
  clearId,
  readInt32,
  readInt64,
  readPackedInt32,
  readSpanId,
  readTraceId,
} from './fields.ts';
import { appendLocation } from './profile-location.ts';
import { clearInt64, startRow } from './profile-row.ts';

const DICTIONARY_FIELDS = 0b11111110;
const MAPPING_FIELDS = 0b111110;
const FUNCTION_FIELDS = 0b11110;
const LINK_FIELDS = 0b110;
const ATTRIBUTE_FIELDS = 0b1110;
const STACK_FIELDS = 0b10;

/** Appends the `ProfilesDictionary` in `[p, end)`; repeated ones merge, as protobuf has it. */
export function appendDictionary(
  source: Source,
  p: number,
  end: number,
  dictionary: ProfileDictionary,
): void {
  const bytes = source.bytes;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if ((tag & 7) !== 2 || tag < 0x0a || tag > 0x3a) {
      p = skipField(bytes, p, end, tag, DICTIONARY_FIELDS);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    appendEntry(source, p, p + length, tag, dictionary);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

function appendEntry(
  source: Source,
  p: number,
  end: number,
  tag: number,
  dictionary: ProfileDictionary,
): void {
  switch (tag) {
    case 0x0a:
      appendMapping(source, p, end, dictionary.mappings);
      break;
    case 0x12:
      appendLocation(source, p, end, dictionary.locations);
      break;
    case 0x1a:
      appendFunction(source, p, end, dictionary.functions);
      break;
    case 0x22:
      appendLink(source, p, end, dictionary.links);
      break;
    case 0x2a:
      appendString(source, p, end, dictionary.strings);
      break;
    case 0x32:
      appendAttribute(source, p, end, dictionary.attributes);
      break;
    default:
      appendStack(source, p, end, dictionary.stacks);
  }
}

function appendMapping(source: Source, p: number, end: number, table: MappingTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  clearInt64(table.memoryStart, row);
  clearInt64(table.memoryLimit, row);
  clearInt64(table.fileOffset, row);
  table.filename[row] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) p = readInt64(source, p, table.memoryStart, row);
    else if (tag === 0x10) p = readInt64(source, p, table.memoryLimit, row);
    else if (tag === 0x18) p = readInt64(source, p, table.fileOffset, row);
    else if (tag === 0x20) p = readInt32(source, p, table.filename, row);
    else if (tag === 0x28 || tag === 0x2a)
      p = readPackedInt32(source, p, end, tag, table.attributes.indices);
    else p = skipField(bytes, p, end, tag, MAPPING_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.attributes.endRow(row);
  table.count = row + 1;
}

function appendFunction(source: Source, p: number, end: number, table: FunctionTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  table.name[row] = 0;
  table.systemName[row] = 0;
  table.filename[row] = 0;
  clearInt64(table.startLine, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) p = readInt32(source, p, table.name, row);
    else if (tag === 0x10) p = readInt32(source, p, table.systemName, row);
    else if (tag === 0x18) p = readInt32(source, p, table.filename, row);
    else if (tag === 0x20) p = readInt64(source, p, table.startLine, row);
    else p = skipField(bytes, p, end, tag, FUNCTION_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.count = row + 1;
}

function appendLink(source: Source, p: number, end: number, table: LinkTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  clearId(table.traceIdView, row * 16, 16);
  clearId(table.spanIdView, row * 8, 8);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x0a) p = readTraceId(source, p, end, table.traceIdView, row * 16);
    else if (tag === 0x12) p = readSpanId(source, p, end, table.spanIdView, row * 8);
    else p = skipField(bytes, p, end, tag, LINK_FIELDS);
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.count = row + 1;
}

function appendString(source: Source, p: number, end: number, table: StringTable): void {
  const row = startRow(table, p);
  table.id[row] = intern(table.dictionary, source.bytes, source.view, p, end - p);
  table.count = row + 1;
}

function appendAttribute(source: Source, p: number, end: number, table: AttributeTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  const { start, run } = table.value;
  table.key[row] = 0;
  table.unit[row] = 0;
  table.type[row] = AnyValueType.empty;
  appendEmpty(table.value, row);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08) {
      p = readInt32(source, p, table.key, row);
    } else if (tag === 0x18) {
      p = readInt32(source, p, table.unit, row);
    } else if (tag === 0x12) {
      const length = readLength(bytes, p, end);
      p = result.next;
      run.length = start[row];
      run.reserve(valueBytesMax(length));
      table.type[row] = appendAnyValue(source, p, p + length, run);
      p += length;
    } else {
      p = skipField(bytes, p, end, tag, ATTRIBUTE_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.count = row + 1;
}

function appendStack(source: Source, p: number, end: number, table: StackTable): void {
  const bytes = source.bytes;
  const row = startRow(table, p);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag === 0x08 || tag === 0x0a) {
      p = readPackedInt32(source, p, end, tag, table.locations.indices);
    } else {
      p = skipField(bytes, p, end, tag, STACK_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  table.locations.endRow(row);
  table.count = row + 1;
}
