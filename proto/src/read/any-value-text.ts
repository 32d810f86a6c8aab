import { AnyValueType } from '../columns/any-value-type.ts';
import type { ByteRun } from '../columns/byte-run.ts';
import { appendInt64Text, doubleText, NUMBER_TEXT_BYTES_MAX } from '../decode/number-text.ts';
import { appendVarint32 } from '../protobuf/copy.ts';
import { skipField } from '../protobuf/skip.ts';
import { longTag, readLength, readVarint, result } from '../protobuf/varint.ts';
import { appendJsonText, appendText } from './json-text.ts';
import { nativeStart, nativeString } from './native-text.ts';

/** Values inside values that are written out; below stands `RENDER_CUT` instead. */
export const RENDER_DEPTH_MAX = 32;

/** What a value at `RENDER_DEPTH_MAX` is written as. */
export const RENDER_CUT = 'nested too deeply';

const PREFIX_BYTES_MAX = 5;
const MEMBERS_TO_TYPES: Readonly<Record<number, AnyValueType>> = {
  10: AnyValueType.string,
  16: AnyValueType.bool,
  24: AnyValueType.int,
  33: AnyValueType.double,
  42: AnyValueType.array,
  50: AnyValueType.kvlist,
  58: AnyValueType.bytes,
  // An index in a profile's strings, which only profiles have: nothing here.
  64: AnyValueType.empty,
};

/**
 * Appends the text of the encoded `AnyValue` in `[start, end)` of a run: JSON for arrays and lists
 * (duplicate keys kept, in order; NaN and infinities and bytes, in base64, as strings; nothing as
 * `null`), bare base64 for bytes, and other values as columns hold them.
 *
 * The message is one that decoding kept. Text of invalid UTF-8 has U+FFFD in it.
 */
export function renderAnyValue(source: ByteRun, start: number, end: number, out: ByteRun): void {
  const member = lastMember(source, start, end);
  if (member.type === AnyValueType.bytes) appendBase64(source, member, out);
  else if (member.type === AnyValueType.string) appendRaw(source, member, out);
  else if (member.type !== AnyValueType.empty) renderMember(source, member, out, 0);
}

/**
 * `renderAnyValue` from a Native String, as `AttributeList.values` and bodies hold encoded values
 * at `at`, to a Native String.
 */
export function renderNativeValue(source: ByteRun, at: number, out: ByteRun): void {
  const start = nativeStart(source.bytes, at);
  const end = start + nativeString.length;
  out.reserve(PREFIX_BYTES_MAX);
  const prefix = out.length;
  out.length += PREFIX_BYTES_MAX;
  renderAnyValue(source, start, end, out);
  const textStart = prefix + PREFIX_BYTES_MAX;
  const length = out.length - textStart;
  out.length = prefix;
  appendVarint32(out, length);
  out.bytes.copyWithin(out.length, textStart, textStart + length);
  out.length += length;
}

interface Member {
  readonly type: AnyValueType;
  readonly start: number;
  readonly end: number;
  readonly low: number;
  readonly high: number;
}

const NOTHING: Member = { type: AnyValueType.empty, start: 0, end: 0, low: 0, high: 0 };

/** The last member wins, as decoding has it. */
function lastMember(source: ByteRun, start: number, end: number): Member {
  const bytes = source.bytes;
  let member = NOTHING;
  for (let p = start; p < end; ) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    const type = MEMBERS_TO_TYPES[tag];
    if (type === undefined) {
      p = skipField(bytes, p, end, tag, 0);
    } else if (type === AnyValueType.empty) {
      p = readVarint(bytes, p);
      member = NOTHING;
    } else if (type === AnyValueType.bool || type === AnyValueType.int) {
      p = readVarint(bytes, p);
      member = { type, start: p, end: p, low: result.low, high: result.high };
    } else if (type === AnyValueType.double) {
      member = { type, start: p, end: p + 8, low: 0, high: 0 };
      p += 8;
    } else {
      const length = readLength(bytes, p, end);
      p = result.next + length;
      member = { type, start: result.next, end: p, low: 0, high: 0 };
    }
  }
  return member;
}

function renderMember(source: ByteRun, member: Member, out: ByteRun, depth: number): void {
  switch (member.type) {
    case AnyValueType.string:
      appendJsonText(source.bytes, member.start, member.end, out);
      break;
    case AnyValueType.bool:
      appendText((member.low | member.high) === 0 ? 'false' : 'true', out);
      break;
    case AnyValueType.int:
      appendInteger(member, out);
      break;
    case AnyValueType.double: {
      const value = source.view.getFloat64(member.start, true);
      appendText(Number.isFinite(value) ? doubleText(value) : `"${doubleText(value)}"`, out);
      break;
    }
    case AnyValueType.bytes:
      appendText('"', out);
      appendBase64(source, member, out);
      appendText('"', out);
      break;
    case AnyValueType.array:
    case AnyValueType.kvlist:
      renderList(source, member, out, depth + 1);
      break;
    default:
      appendText('null', out);
  }
}

/** `ArrayValue` and `KeyValueList` hold their elements in field 1. */
function renderList(source: ByteRun, list: Member, out: ByteRun, depth: number): void {
  if (depth > RENDER_DEPTH_MAX) {
    appendText(`"${RENDER_CUT}"`, out);
    return;
  }
  const bytes = source.bytes;
  const keyed = list.type === AnyValueType.kvlist;
  let separator = keyed ? '{' : '[';
  for (let p = list.start; p < list.end; ) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a) {
      p = skipField(bytes, p, list.end, tag, 0);
      continue;
    }
    const length = readLength(bytes, p, list.end);
    p = result.next;
    appendText(separator, out);
    separator = ',';
    if (keyed) renderKeyValue(source, p, p + length, out, depth);
    else renderMember(source, lastMember(source, p, p + length), out, depth);
    p += length;
  }
  if (separator !== ',') appendText(separator, out);
  appendText(keyed ? '}' : ']', out);
}

function renderKeyValue(
  source: ByteRun,
  start: number,
  end: number,
  out: ByteRun,
  depth: number,
): void {
  const bytes = source.bytes;
  let keyStart = start;
  let keyEnd = start;
  let value = NOTHING;
  for (let p = start; p < end; ) {
    let tag = bytes[p++];
    if (tag > 127) {
      tag = longTag(bytes, p, tag);
      p = result.next;
    }
    if (tag !== 0x0a && tag !== 0x12) {
      p = skipField(bytes, p, end, tag, 0);
      continue;
    }
    const length = readLength(bytes, p, end);
    p = result.next;
    if (tag === 0x0a) {
      keyStart = p;
      keyEnd = p + length;
    } else {
      value = lastMember(source, p, p + length);
    }
    p += length;
  }
  appendJsonText(bytes, keyStart, keyEnd, out);
  appendText(':', out);
  renderMember(source, value, out, depth);
}

function appendInteger(member: Member, out: ByteRun): void {
  out.reserve(NUMBER_TEXT_BYTES_MAX);
  const at = out.length;
  appendInt64Text(out, member.low, member.high);
  // Without the length in front, which is one byte here.
  out.bytes.copyWithin(at, at + 1, out.length);
  out.length--;
}

function appendBase64(source: ByteRun, member: Member, out: ByteRun): void {
  const { buffer, byteOffset } = source.bytes;
  const bytes = Buffer.from(buffer, byteOffset + member.start, member.end - member.start);
  appendText(bytes.toString('base64'), out);
}

function appendRaw(source: ByteRun, member: Member, out: ByteRun): void {
  const length = member.end - member.start;
  out.reserve(length);
  out.bytes.set(source.bytes.subarray(member.start, member.end), out.length);
  out.length += length;
}
