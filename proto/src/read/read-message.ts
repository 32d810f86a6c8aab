import { NESTED_VALUES_MAX } from '../decode/nested-value.ts';
import { malformed } from '../malformed.ts';
import { skipField, WireType } from '../protobuf/skip.ts';
import { openSource, type Source } from '../protobuf/source.ts';
import { readLength, readVarint, result } from '../protobuf/varint.ts';
import { FIELD_NUMBER_END, type Field, type Message } from '../schema/field.ts';
import { requestOf } from '../schema/request-of.ts';
import type { Signal } from '../signal.ts';
import { OtlpMessage, type OtlpValue } from './otlp-message.ts';

/** Down to an attribute's value: a metric's exemplars stand deepest, with ten. */
const MESSAGES_AROUND_VALUE_MAX = 12;
/** A map in a map: the value, its list and the pair. */
const MESSAGES_PER_VALUE = 3;

/** Messages inside each other. What decoding accepts is within it. */
export const MESSAGE_DEPTH_MAX: number =
  MESSAGES_AROUND_VALUE_MAX + MESSAGES_PER_VALUE * NESTED_VALUES_MAX;

const utf8 = new TextDecoder();

/**
 * A whole request as a tree, or its upper `levels`: messages below are there, and empty. Throws
 * `MalformedError`; fields that no table has are left out.
 */
export function readRequest(
  signal: Signal,
  bytes: Uint8Array,
  levels: number = Number.POSITIVE_INFINITY,
): OtlpMessage {
  return readMessage(requestOf(signal), bytes, levels);
}

/** As `readRequest`, for any message that has a table. */
export function readMessage(
  type: Message,
  bytes: Uint8Array,
  levels: number = Number.POSITIVE_INFINITY,
): OtlpMessage {
  const message = new OtlpMessage(type);
  const source = openSource(bytes);
  readInto(message, source, 0, { end: source.length, depth: 0, levels });
  return message;
}

interface Place {
  readonly end: number;
  readonly depth: number;
  /** Messages at this depth and below are not read. */
  readonly levels: number;
}

function readInto(message: OtlpMessage, source: Source, start: number, place: Place): void {
  const { bytes } = source;
  const { end, depth, levels } = place;
  if (depth > MESSAGE_DEPTH_MAX) malformed(start, 'nested too deeply');
  const { type } = message;
  let p = start;
  while (p < end) {
    p = readVarint(bytes, p);
    const tag = result.low;
    const number = tag >>> 3;
    const field = number < FIELD_NUMBER_END ? type.byNumber[number] : undefined;
    if (field === undefined || !isWireTypeOf(field, tag & 7)) {
      p = skipField(bytes, p, end, tag, type.known);
      continue;
    }
    if ((tag & 7) === WireType.bytes) {
      const length = readLength(bytes, p, end);
      p = result.next;
      readDelimited(message, field, source, p, { end: p + length, depth, levels });
      p += length;
    } else {
      p = readNumber(message, field, source, p);
    }
  }
  if (p !== end) malformed(p, 'field past the end of the message');
}

/** Whether a value of the field may come with that wire type; numbers in lists may be packed. */
export function isWireTypeOf(field: Field, wireType: number): boolean {
  const own = numberWireType(field);
  return wireType === own || (field.repeated && wireType === WireType.bytes);
}

/** The wire type of one value of the field. */
export function numberWireType({ kind }: Field): number {
  switch (kind) {
    case 'string':
    case 'bytes':
    case 'traceId':
    case 'spanId':
    case 'message':
      return WireType.bytes;
    case 'fixed32':
      return WireType.fixed32;
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return WireType.fixed64;
    default:
      return WireType.varint;
  }
}

function readDelimited(
  message: OtlpMessage,
  field: Field,
  source: Source,
  start: number,
  { end, depth, levels }: Place,
): void {
  const content = source.bytes.subarray(start, end);
  switch (field.kind) {
    case 'string':
      put(message, field, utf8.decode(content));
      break;
    case 'traceId':
    case 'spanId':
      put(message, field, Buffer.from(content).toString('hex'));
      break;
    case 'bytes':
      put(message, field, content.slice());
      break;
    case 'message': {
      const known = field.repeated ? undefined : message.message(field.name);
      const type = field.message;
      if (type === undefined) break;
      const inner = field.merged && known !== undefined ? known : new OtlpMessage(type);
      if (depth + 1 < levels) readInto(inner, source, start, { end, depth: depth + 1, levels });
      put(message, field, inner);
      break;
    }
    default: {
      let p = start;
      while (p < end) p = readNumber(message, field, source, p);
      if (p !== end) malformed(p, 'packed numbers past their end');
    }
  }
}

function readNumber(message: OtlpMessage, field: Field, source: Source, p: number): number {
  const { view, bytes } = source;
  switch (field.kind) {
    case 'double':
      put(message, field, view.getFloat64(p, true));
      return p + 8;
    case 'fixed64':
      put(message, field, view.getBigUint64(p, true));
      return p + 8;
    case 'sfixed64':
      put(message, field, view.getBigInt64(p, true));
      return p + 8;
    case 'fixed32':
      put(message, field, BigInt(view.getUint32(p, true)));
      return p + 4;
    default: {
      const next = readVarint(bytes, p);
      put(message, field, varintValue(field));
      return next;
    }
  }
}

/** Of the varint in `result`. */
function varintValue({ kind }: Field): OtlpValue {
  const { low, high } = result;
  switch (kind) {
    case 'bool':
      return low !== 0 || high !== 0;
    case 'uint32':
      return BigInt(low >>> 0);
    case 'sint32':
      return BigInt((low >>> 1) ^ -(low & 1));
    case 'int64':
      return (BigInt(high) << 32n) | BigInt(low >>> 0);
    case 'uint64':
      return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    default:
      // Enumerations and other signed numbers of 32 bits.
      return BigInt(low);
  }
}

function put(message: OtlpMessage, field: Field, value: OtlpValue): void {
  if (field.repeated) {
    message.add(field.name, value);
    return;
  }
  if (field.oneof !== undefined) {
    for (const other of message.type.byName.values()) {
      if (other.oneof === field.oneof && other !== field) message.remove(other.name);
    }
  }
  message.set(field.name, value);
}
