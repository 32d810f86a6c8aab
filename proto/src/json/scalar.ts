import { WireType } from '../protobuf/skip.ts';
import type { ProtobufWriter } from '../protobuf/writer.ts';
import type { Field } from '../schema/field.ts';
import { Integer } from './integer.ts';

/** What a scalar of OTLP/JSON may be written as. Numbers from text come as that text. */
export type Scalar = string | number | bigint | boolean | Uint8Array;

/** Says why a value does not fit its field; throws. */
export type Refuse = (reason: string) => never;

const INT32_MIN = -2147483648n;
const UINT32_MAX = 4294967295n;
const INT64_MIN: bigint = -(2n ** 63n);
const INT64_MAX: bigint = 2n ** 63n - 1n;
const UINT64_MAX: bigint = 2n ** 64n - 1n;

const DECIMAL = /^-?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const HEX = /^[0-9a-fA-F]*$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
const SPECIAL_DOUBLES: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
]);

/**
 * Writes one scalar field, tag and all. A default is left out where proto3 leaves it out. `refuse`
 * is called for what the field cannot hold.
 */
export function writeScalar(
  writer: ProtobufWriter,
  field: Field,
  value: Scalar,
  refuse: Refuse,
): void {
  switch (field.kind) {
    case 'string':
      writeText(writer, field, value, refuse);
      break;
    case 'bytes':
    case 'traceId':
    case 'spanId':
      writeBytes(writer, field, value, refuse);
      break;
    case 'bool':
      if (typeof value !== 'boolean') refuse(`${field.name} is no boolean`);
      if (!value && !field.presence) break;
      writer.tag(field.number, WireType.varint);
      writer.varint(value ? 1 : 0, 0);
      break;
    case 'double': {
      const number = toDouble(value, field, refuse);
      if (Object.is(number, 0) && !field.presence) break;
      writer.tag(field.number, WireType.fixed64);
      writer.double(number);
      break;
    }
    default: {
      const integer = toInteger(value, field, refuse);
      if (integer.low === 0 && integer.high === 0 && !field.presence) break;
      writer.tag(field.number, integerWireType(field));
      writeInteger(writer, field, integer);
    }
  }
}

/** Writes an element of a packed field. */
export function writePacked(
  writer: ProtobufWriter,
  field: Field,
  value: Scalar,
  refuse: Refuse,
): void {
  if (field.kind === 'double') writer.double(toDouble(value, field, refuse));
  else writeInteger(writer, field, toInteger(value, field, refuse));
}

function writeText(writer: ProtobufWriter, field: Field, value: Scalar, refuse: Refuse): void {
  const text = typeof value === 'string' ? value : refuse(`${field.name} is no string`);
  if (text === '' && !field.presence && !field.repeated) return;
  writer.tag(field.number, WireType.bytes);
  writer.text(text);
}

function writeBytes(writer: ProtobufWriter, field: Field, value: Scalar, refuse: Refuse): void {
  const bytes = value instanceof Uint8Array ? value : textToBytes(field, value, refuse);
  const length = field.kind === 'traceId' ? 16 : field.kind === 'spanId' ? 8 : bytes.length;
  if (bytes.length === 0 && !field.presence) return;
  if (bytes.length !== length) refuse(`${field.name} has ${bytes.length} bytes, not ${length}`);
  writer.tag(field.number, WireType.bytes);
  writer.bytes(bytes);
}

function textToBytes(field: Field, value: Scalar, refuse: Refuse): Uint8Array {
  if (typeof value !== 'string') return refuse(`${field.name} is no string`);
  if (field.kind !== 'bytes') {
    if (!HEX.test(value) || value.length % 2 === 1) return refuse(`${field.name} is not hex`);
    return Buffer.from(value, 'hex');
  }
  if (!isBase64(value)) return refuse(`${field.name} is not base64`);
  return Buffer.from(value, 'base64');
}

/** In either alphabet, padded to whole groups of four or not at all; one letter holds no byte. */
function isBase64(text: string): boolean {
  return (
    BASE64.test(text) && text.length % 4 !== 1 && (!text.endsWith('=') || text.length % 4 === 0)
  );
}

function toDouble(value: Scalar, field: Field, refuse: Refuse): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return refuse(`${field.name} is no number`);
  const special = SPECIAL_DOUBLES.get(value);
  if (special !== undefined) return special;
  if (!DECIMAL.test(value)) return refuse(`${field.name} is no number`);
  const number = Number(value);
  // Infinity has a name of its own: a number over the range of doubles is another number.
  return Number.isFinite(number) ? number : refuse(`${field.name} is over the range of doubles`);
}

function integerWireType(field: Field): number {
  if (field.kind === 'fixed32') return WireType.fixed32;
  if (field.kind === 'fixed64' || field.kind === 'sfixed64') return WireType.fixed64;
  return WireType.varint;
}

function writeInteger(writer: ProtobufWriter, field: Field, integer: Integer): void {
  const { low, high } = integer;
  switch (field.kind) {
    case 'fixed32':
      writer.fixed32(low);
      break;
    case 'fixed64':
    case 'sfixed64':
      writer.fixed64(low, high);
      break;
    case 'sint32':
      writer.varint((low << 1) ^ (low >> 31), 0);
      break;
    default:
      writer.varint(low, high);
  }
}

function toInteger(value: Scalar, field: Field, refuse: Refuse): Integer {
  if (field.kind === 'enum' && typeof value === 'string') {
    const number = field.enumNumbers?.get(value);
    if (number !== undefined) return Integer.of(BigInt(number), INT32_MIN, UINT32_MAX) ?? ZERO;
  }
  const [min, max] = rangeOf(field);
  const integer = Integer.from(value, min, max);
  return integer ?? refuse(`${field.name} is no integer of ${min} to ${max}`);
}

const ZERO = new Integer(0, 0);

function rangeOf(field: Field): readonly [bigint, bigint] {
  switch (field.kind) {
    case 'enum':
    case 'int32':
    case 'sint32':
      return [INT32_MIN, 2147483647n];
    case 'uint32':
    case 'fixed32':
      return [0n, UINT32_MAX];
    case 'int64':
    case 'sfixed64':
      return [INT64_MIN, INT64_MAX];
    default:
      return [0n, UINT64_MAX];
  }
}
