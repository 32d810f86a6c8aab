import { checkDictionaryString } from '../columns/intern.ts';
import { checkAnyValue, checkOddMember } from '../decode/nested-value.ts';
import { malformed } from '../malformed.ts';
import { takeRow, takeValue } from '../protobuf/row-budget.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import { longLength, longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { type Message, Rule } from './field.ts';

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;
/** With its tag: up to 63 bits, for which no byte has to be looked at. */
const PLAIN_NUMBER_BYTES_MAX = 10;

/** Items met since it was set to 0. */
const items = { count: 0 };

/**
 * Throws `MalformedError` where decoding the message in `[p, end)` would. Returns the spans, log
 * records, data points or samples inside.
 */
export function checkMessage(bytes: Uint8Array, p: number, end: number, type: Message): number {
  if (p === end) return 0;
  items.count = 0;
  check(bytes, p, end, type);
  return items.count;
}

function check(bytes: Uint8Array, p: number, end: number, type: Message): void {
  const rules = type.rules;
  let dataSeen = false;
  const itemsBefore = items.count;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      const next = bytes[p];
      if (next < 128) {
        tag += (next - 1) << 7;
        p++;
      } else {
        tag = longTag(bytes, p, tag);
        p = result.next;
      }
    }
    const rule = tag >>> 0 < rules.length ? rules[tag] : Rule.unknown;
    switch (rule) {
      case Rule.unknown:
        p = checkOddField(bytes, p, end, tag, type);
        continue;
      case Rule.varint:
        p = readVarint(bytes, p);
        continue;
      case Rule.fixed64:
        p += 8;
        continue;
      case Rule.fixed32:
        p += 4;
        continue;
    }
    let length = bytes[p++];
    if (length > 127) {
      length = longLength(bytes, p, length);
      p = result.next;
    }
    if (length > end - p) malformed(p, 'length past the end of the message');
    if (rule === Rule.attribute) {
      takeValue(p);
      if (!isPlainAttribute(bytes, p, p + length)) checkAttribute(bytes, p, p + length);
    } else if (rule === Rule.metricData) {
      // Only the last member of the oneof counts.
      if (dataSeen) items.count = itemsBefore;
      dataSeen = true;
      checkChild(bytes, p, p + length, type, tag >>> 3);
    } else if (rule !== Rule.bytes) {
      checkLengthDelimited(bytes, p, length, type, tag);
    }
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

/** Unknown fields, known ones of another wire type, and numbers that may come packed or not. */
function checkOddField(
  bytes: Uint8Array,
  p: number,
  end: number,
  tag: number,
  type: Message,
): number {
  const packed = (tag & ~7) | WireType.bytes;
  const rule = packed >>> 0 < type.rules.length ? type.rules[packed] : Rule.unknown;
  if (rule === Rule.packedFixed64 && (tag & 7) === WireType.fixed64) return p + 8;
  if (rule === Rule.packedVarint && (tag & 7) === WireType.varint) return readVarint(bytes, p);
  return skipField(bytes, p, end, tag, type.known);
}

function checkLengthDelimited(
  bytes: Uint8Array,
  p: number,
  length: number,
  type: Message,
  tag: number,
): void {
  switch (type.rules[tag]) {
    case Rule.internedString:
      checkDictionaryString(p, length);
      break;
    case Rule.traceId:
      checkIdLength(p, length, TRACE_ID_BYTES);
      break;
    case Rule.spanId:
      checkIdLength(p, length, SPAN_ID_BYTES);
      break;
    case Rule.anyValue:
      checkAnyValue(bytes, p, p + length, 0);
      break;
    case Rule.packedFixed64:
      if ((length & 7) !== 0) malformed(p, 'packed numbers of 8 bytes, cut');
      break;
    case Rule.packedVarint:
      checkPackedVarints(bytes, p, p + length);
      break;
    case Rule.internedMessage:
      checkDictionaryString(p, length);
      checkChild(bytes, p, p + length, type, tag >>> 3);
      break;
    default:
      checkChild(bytes, p, p + length, type, tag >>> 3);
  }
}

function checkChild(
  bytes: Uint8Array,
  p: number,
  end: number,
  type: Message,
  number: number,
): void {
  const field = type.byNumber[number];
  if (field?.message === undefined) return;
  if (field.row) takeRow(p);
  const itemsBefore = items.count;
  if (field.item) items.count++;
  check(bytes, p, end, field.message);
  if (field.itemWhenEmpty && items.count === itemsBefore) items.count++;
}

/** An id may be absent or empty, else it has its length. */
export function checkIdLength(p: number, length: number, expected: number): void {
  if (length !== expected && length !== 0) {
    malformed(p, `id of ${length} bytes instead of ${expected}`);
  }
}

function checkPackedVarints(bytes: Uint8Array, p: number, end: number): void {
  while (p < end) p = readVarint(bytes, p);
  if (p !== end) malformed(p, 'packed numbers past their end');
}

/**
 * Whether an attribute is what nearly all are: a key, then a string, number or boolean, each once and
 * with one byte of length. Such a one is right; any other takes `checkAttribute`.
 */
function isPlainAttribute(bytes: Uint8Array, p: number, end: number): boolean {
  const keyBytes = bytes[p + 1];
  const value = p + 2 + keyBytes;
  if (bytes[p] !== 0x0a || keyBytes > 127 || bytes[value] !== 0x12) return false;
  const valueBytes = bytes[value + 1];
  const start = value + 2;
  if (valueBytes > 127 || start + valueBytes !== end) return false;
  switch (bytes[start]) {
    case 0x0a:
      return bytes[start + 1] === valueBytes - 2;
    case 0x10:
    case 0x18: {
      let last = start + 1;
      while (bytes[last] > 127) last++;
      return last === end - 1 && valueBytes <= PLAIN_NUMBER_BYTES_MAX;
    }
    case 0x21:
      return valueBytes === 9;
    default:
      return false;
  }
}

function checkAttribute(bytes: Uint8Array, p: number, end: number): void {
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
    if (tag === 0x0a) checkDictionaryString(p, length);
    else checkAnyValue(bytes, p, p + length, 0);
    p += length;
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}
