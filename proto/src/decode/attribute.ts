import { AnyValueType, FIRST_ENCODED_TYPE } from '../columns/any-value-type.ts';
import type { AttributeList } from '../columns/attribute-list.ts';
import { intern } from '../columns/intern.ts';
import { malformed } from '../malformed.ts';
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
