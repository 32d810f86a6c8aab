import { AnyValueType, FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import { intern } from '../columns/intern.ts';
import { malformed } from '../malformed.ts';
import { appendBytes } from '../protobuf/copy.ts';
import { takeValue } from '../protobuf/row-budget.ts';
import type { Source } from '../protobuf/source.ts';
import { longLength, longTag, readLength, result } from '../protobuf/varint.ts';
import { appendAnyValue, valueBytesMax } from './any-value.ts';
import { checkOddMember } from './nested-value.ts';

const ATTRIBUTES_MIN = 16;

/** Appends the `KeyValue` in `[p, end)` to a list. */
export function appendAttribute(source: Source, p: number, end: number, list: AttributeList): void {
  const bytes = source.bytes;
  const row = list.count;
  takeValue(p);
  if (row === list.capacity) list.growTo(Math.max(ATTRIBUTES_MIN, row * 2));
  const values = list.values;
  values.reserve(valueBytesMax(end - p));
  if (appendPlain(source, p, end, list)) return;
  // Key, then value, then the end: what every encoder writes.
  if (bytes[p] === 0x0a && p < end) {
    let keyLength = bytes[p + 1];
    let key = p + 2;
    if (keyLength > 127) {
      keyLength = longLength(bytes, key, keyLength);
      key = result.next;
    }
    if (keyLength < end - key && bytes[key + keyLength] === 0x12) {
      let value = key + keyLength + 1;
      let length = bytes[value++];
      if (length > 127) {
        length = longLength(bytes, value, length);
        value = result.next;
      }
      if (length === end - value) {
        list.keys[row] = intern(list.keyDictionary, bytes, source.view, key, keyLength);
        list.valueStart[row] = values.length;
        const type = appendAnyValue(source, value, end, values);
        list.types[row] = type;
        if (type >= FIRST_ENCODED_TYPE) list.encodedCount++;
        list.count = row + 1;
        return;
      }
    }
  }
  appendUnusual(source, p, end, list);
}

/**
 * A key, then a text, each with one byte of length: what most are. False, and nothing appended, for
 * any other. There is room for a row and for its value.
 */
function appendPlain(source: Source, p: number, end: number, list: AttributeList): boolean {
  const { bytes } = source;
  const keyLength = bytes[p + 1];
  const value = p + 2 + keyLength;
  const length = bytes[value + 3];
  if (
    bytes[p] !== 0x0a ||
    keyLength > 127 ||
    bytes[value] !== 0x12 ||
    bytes[value + 2] !== 0x0a ||
    length > 127 ||
    bytes[value + 1] !== length + 2 ||
    value + 4 + length !== end
  ) {
    return false;
  }
  const row = list.count;
  const { values } = list;
  list.keys[row] = intern(list.keyDictionary, bytes, source.view, p + 2, keyLength);
  list.valueStart[row] = values.length;
  list.types[row] = AnyValueType.string;
  list.count = row + 1;
  // Length and bytes lie in the message as Native wants them.
  appendBytes(source, value + 3, length + 1, values);
  return true;
}

/** Fields in any order, repeated (the last wins), missing or unknown. */
function appendUnusual(source: Source, p: number, end: number, list: AttributeList): void {
  const { bytes, view } = source;
  const row = list.count;
  const values = list.values;
  const start = values.length;
  let key = 0;
  let type: AnyValueType = AnyValueType.empty;
  values.bytes[values.length++] = 0;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a && tag !== 0x12) {
      p = checkOddMember(bytes, p, end, tag);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    if (tag === 0x0a) {
      key = intern(list.keyDictionary, bytes, view, p, length);
    } else {
      values.length = start;
      type = appendAnyValue(source, p, p + length, values);
    }
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
  list.keys[row] = key;
  list.types[row] = type;
  list.valueStart[row] = start;
  if (type >= FIRST_ENCODED_TYPE) list.encodedCount++;
  list.count = row + 1;
}
