import { malformed } from '../malformed.ts';
import { skipField } from '../protobuf/skip.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';

/** `AnyValue` inside `AnyValue`: deeper is refused. Parsers of protobuf stop at 100 messages, too. */
export const NESTED_VALUES_MAX = 64;

/** Field numbers 1 to 8; 1 to 3. */
export const ANY_VALUE_FIELDS = 0b111111110;
const KEY_VALUE_FIELDS = 0b1110;
const LIST_FIELDS = 0b10;

/** `key_strindex` of `KeyValue` and `string_value_strindex` of `AnyValue`. */
const KEY_STRINDEX = 0x18;
const STRING_VALUE_STRINDEX = 0x40;

/**
 * Whether a check met a key or value that is an index in a profile dictionary's strings. Other
 * signals read such a member as empty, which is what the specification asks of them.
 */
export const references: { seen: boolean } = { seen: false };

/** Throws `MalformedError` unless `[p, end)` is an `AnyValue` that stands inside `depth` others. */
export function checkAnyValue(bytes: Uint8Array, p: number, end: number, depth: number): void {
  if (depth > NESTED_VALUES_MAX) malformed(p, `values nested deeper than ${NESTED_VALUES_MAX}`);
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x0a:
      case 0x3a:
        p = readLength(bytes, p, end) + result.next;
        break;
      case STRING_VALUE_STRINDEX:
        references.seen = true;
        p = readVarint(bytes, p);
        break;
      case 0x10:
      case 0x18:
        p = readVarint(bytes, p);
        break;
      case 0x21:
        p += 8;
        break;
      case 0x2a:
      case 0x32: {
        const length = readLength(bytes, p, end);
        p = result.next;
        checkList(bytes, p, p + length, tag === 0x32, depth + 1);
        p += length;
        break;
      }
      default:
        p = skipField(bytes, p, end, tag, ANY_VALUE_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

/** As `checkAnyValue`, for the `ArrayValue` or `KeyValueList` whose values stand at `depth`. */
export function checkList(
  bytes: Uint8Array,
  p: number,
  end: number,
  keyed: boolean,
  depth: number,
): void {
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a) {
      p = skipField(bytes, p, end, tag, LIST_FIELDS);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    if (keyed) checkKeyValue(bytes, p, p + length, depth);
    else checkAnyValue(bytes, p, p + length, depth);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

function checkKeyValue(bytes: Uint8Array, p: number, end: number, depth: number): void {
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
    if (tag === 0x12) checkAnyValue(bytes, p, p + length, depth);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

/** What a `KeyValue` holds beside key and value: a reference, or what it should not. */
export function checkOddMember(bytes: Uint8Array, p: number, end: number, tag: number): number {
  if (tag !== KEY_STRINDEX) return skipField(bytes, p, end, tag, KEY_VALUE_FIELDS);
  references.seen = true;
  return readVarint(bytes, p);
}
