import { checkDictionaryString } from '../columns/intern.ts';
import { checkAnyValue, checkOddMember } from '../decode/nested-value.ts';
import { malformed } from '../malformed.ts';
import { takeRow, takeValue } from '../protobuf/row-budget.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import { longLength, longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { FIELD_NUMBER_END, type Message, Rule } from './field.ts';

const WIRE_TYPES: Uint8Array = new Uint8Array(16).fill(WireType.bytes);
WIRE_TYPES[Rule.varint] = WireType.varint;
WIRE_TYPES[Rule.fixed64] = WireType.fixed64;
WIRE_TYPES[Rule.fixed32] = WireType.fixed32;

const TRACE_ID_BYTES = 16;
const SPAN_ID_BYTES = 8;

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
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    const field = tag >>> 3;
    const rule = field < FIELD_NUMBER_END ? rules[field] : Rule.unknown;
    if (rule === Rule.unknown || (tag & 7) !== WIRE_TYPES[rule]) {
      p = checkOddField(bytes, p, end, tag, type);
      continue;
    }
    switch (rule) {
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
      checkAttribute(bytes, p, p + length);
    } else if (rule === Rule.metricData) {
      // Only the last member of the oneof counts.
      if (dataSeen) items.count = itemsBefore;
      dataSeen = true;
      checkChild(bytes, p, p + length, type, field);
    } else if (rule !== Rule.bytes) {
      checkLengthDelimited(bytes, p, length, type, field);
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
  const field = tag >>> 3;
  const rule = field < FIELD_NUMBER_END ? type.rules[field] : Rule.unknown;
  if (rule === Rule.packedFixed64 && (tag & 7) === WireType.fixed64) return p + 8;
  if (rule === Rule.packedVarint && (tag & 7) === WireType.varint) return readVarint(bytes, p);
  return skipField(bytes, p, end, tag, type.known);
}

function checkLengthDelimited(
  bytes: Uint8Array,
  p: number,
  length: number,
  type: Message,
  field: number,
): void {
  switch (type.rules[field]) {
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
      checkChild(bytes, p, p + length, type, field);
      break;
    default:
      checkChild(bytes, p, p + length, type, field);
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

function checkAttribute(bytes: Uint8Array, p: number, end: number): void {
  takeValue(p);
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
