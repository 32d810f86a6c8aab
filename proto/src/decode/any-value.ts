import { AnyValueType } from '../columns/any-value-type.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import { malformed } from '../malformed.ts';
import { appendBytes, appendVarint32 } from '../protobuf/copy.ts';
import { skipField } from '../protobuf/skip.ts';
import type { Source } from '../protobuf/source.ts';
import { longLength, longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { ANY_VALUE_FIELDS, checkList } from './nested-value.ts';
import {
  appendBoolText,
  appendDoubleText,
  appendInt64Text,
  NUMBER_TEXT_BYTES_MAX,
} from './number-text.ts';

/** Room that the value of an `AnyValue` of `length` bytes needs, its length prefix included. */
export function valueBytesMax(length: number): number {
  return length + NUMBER_TEXT_BYTES_MAX;
}

/**
 * Appends the `AnyValue` in `[p, end)` as a Native String: text, or from `FIRST_ENCODED_TYPE` on the
 * message with only the member that counts. Returns its `AnyValueType`. The run has
 * `valueBytesMax(end - p)` bytes of room.
 *
 * Encoders write one member and nothing else; whatever else is allowed takes the slow way.
 */
export function appendAnyValue(source: Source, p: number, end: number, run: ByteRun): AnyValueType {
  if (p === end) {
    run.bytes[run.length++] = 0;
    return AnyValueType.empty;
  }
  const bytes = source.bytes;
  switch (bytes[p]) {
    case 0x0a: {
      let length = bytes[p + 1];
      let start = p + 2;
      if (length > 127) {
        length = longLength(bytes, start, length);
        start = result.next;
      }
      if (length !== end - start) break;
      // Length and bytes lie in the message as Native wants them.
      appendBytes(source, p + 1, end - p - 1, run);
      return AnyValueType.string;
    }
    case 0x18:
      if (readVarint(bytes, p + 1) !== end) break;
      appendInt64Text(run, result.low, result.high);
      return AnyValueType.int;
    case 0x10:
      if (readVarint(bytes, p + 1) !== end) break;
      appendBoolText(run, (result.low | result.high) !== 0);
      return AnyValueType.bool;
    case 0x21:
      if (p + 9 !== end) break;
      appendDoubleText(run, source.view.getFloat64(p + 1, true));
      return AnyValueType.double;
  }
  return appendOther(source, p, end, run);
}

/** Where the slow way found the member that counts. */
const member: { type: AnyValueType; start: number; end: number; low: number; high: number } = {
  type: AnyValueType.empty,
  start: 0,
  end: 0,
  low: 0,
  high: 0,
};

function appendOther(source: Source, p: number, end: number, run: ByteRun): AnyValueType {
  findMember(source.bytes, p, end);
  const length = member.end - member.start;
  switch (member.type) {
    case AnyValueType.empty:
      run.bytes[run.length++] = 0;
      break;
    case AnyValueType.string:
      appendVarint32(run, length);
      appendBytes(source, member.start, length, run);
      break;
    case AnyValueType.bool:
      appendBoolText(run, (member.low | member.high) !== 0);
      break;
    case AnyValueType.int:
      appendInt64Text(run, member.low, member.high);
      break;
    case AnyValueType.double:
      appendDoubleText(run, source.view.getFloat64(member.start, true));
      break;
    default:
      appendEncoded(source, member.type, member.start, length, run);
  }
  return member.type;
}

/** Tag, length and bytes of the member, as canonical protobuf has them, behind their common length. */
function appendEncoded(
  source: Source,
  type: AnyValueType,
  start: number,
  length: number,
  run: ByteRun,
): void {
  const prefix =
    length < 1 << 7 ? 1 : length < 1 << 14 ? 2 : length < 1 << 21 ? 3 : length < 1 << 28 ? 4 : 5;
  appendVarint32(run, 1 + prefix + length);
  run.bytes[run.length++] = (type << 3) | 2;
  appendVarint32(run, length);
  appendBytes(source, start, length, run);
}

/** The last member wins, as in every oneof. Checks all of them. */
function findMember(bytes: Uint8Array, p: number, end: number): void {
  member.type = AnyValueType.empty;
  member.start = end;
  member.end = end;
  while (p < end) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    switch (tag) {
      case 0x0a:
        p = takeBytes(bytes, p, end, AnyValueType.string);
        break;
      case 0x10:
        p = takeVarint(bytes, p, AnyValueType.bool);
        break;
      case 0x18:
        p = takeVarint(bytes, p, AnyValueType.int);
        break;
      case 0x21:
        member.type = AnyValueType.double;
        member.start = p;
        p += 8;
        member.end = p;
        break;
      case 0x2a:
        p = takeBytes(bytes, p, end, AnyValueType.array);
        checkList(bytes, member.start, p, false, 1);
        break;
      case 0x32:
        p = takeBytes(bytes, p, end, AnyValueType.kvlist);
        checkList(bytes, member.start, p, true, 1);
        break;
      case 0x3a:
        p = takeBytes(bytes, p, end, AnyValueType.bytes);
        break;
      case 0x40:
        p = takeVarint(bytes, p, AnyValueType.empty);
        break;
      default:
        p = skipField(bytes, p, end, tag, ANY_VALUE_FIELDS);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

function takeBytes(bytes: Uint8Array, p: number, end: number, type: AnyValueType): number {
  const length = readLength(bytes, p, end);
  member.type = type;
  member.start = result.next;
  member.end = result.next + length;
  return member.end;
}

function takeVarint(bytes: Uint8Array, p: number, type: AnyValueType): number {
  const next = readVarint(bytes, p);
  member.type = type;
  member.low = result.low;
  member.high = result.high;
  return next;
}
