import { AnyValueType } from '../columns/any-value-type.ts';
import { ByteRun } from '../columns/byte-run.ts';
import {
  appendBoolText,
  appendDoubleText,
  appendInt64Text,
  doubleText,
  NUMBER_TEXT_BYTES_MAX,
} from '../decode/number-text.ts';
import { appendVarint32 } from '../protobuf/copy.ts';
import { renderAnyValue } from '../read/any-value-text.ts';
import { nativeStart, nativeString, nativeText } from '../read/native-text.ts';

/** An array, a list of keys and values, or bytes: the encoded `AnyValue`, as columns hold it. */
export class EncodedValue {
  /** `AnyValueType.array`, `.kvlist` or `.bytes`. */
  readonly type: AnyValueType;
  readonly message: Uint8Array;

  constructor(type: AnyValueType, message: Uint8Array) {
    this.type = type;
    this.message = message;
  }
}

/**
 * A value with its type: an int64 is a `bigint` and exact, a `number` is always a double, null is
 * OTLP's empty value.
 */
export type AttributeValue = string | boolean | bigint | number | EncodedValue | null;

const PREFIX_BYTES_MAX = 5;
const LOWER_T = 0x74;
const encoder = new TextEncoder();

/** The value of a Native String at `at` of a run. Strings that are no UTF-8 get U+FFFD. */
export function readNativeValue(run: ByteRun, at: number, type: number): AttributeValue {
  switch (type) {
    case AnyValueType.empty:
      return null;
    case AnyValueType.string:
      return nativeText(run, at);
    case AnyValueType.bool:
      return run.bytes[at + 1] === LOWER_T;
    case AnyValueType.int:
      return readInteger(run, at);
    case AnyValueType.double:
      return Number(nativeText(run, at));
    default: {
      const start = nativeStart(run.bytes, at);
      const message = run.bytes.slice(start, start + nativeString.length);
      return new EncodedValue(encodedType(type), message);
    }
  }
}

/** A number has so many digits exactly. */
const EXACT_DIGITS_MAX = 15;
const DIGIT_0 = 0x30;
const MINUS = 0x2d;

/** The int64 of a Native String that columns wrote: digits, a minus before them or none. */
function readInteger(run: ByteRun, at: number): bigint {
  const short = readShortInteger(run.bytes, at);
  return BigInt(Number.isNaN(short) ? nativeText(run, at) : short);
}

/** As a number; NaN for one that has more digits. */
export function readShortInteger(bytes: Uint8Array, at: number): number {
  const length = bytes[at];
  if (length > EXACT_DIGITS_MAX) return Number.NaN;
  const isNegative = bytes[at + 1] === MINUS;
  let value = 0;
  for (let p = at + (isNegative ? 2 : 1); p <= at + length; p++) {
    value = value * 10 + bytes[p] - DIGIT_0;
  }
  return isNegative ? -value : value;
}

function encodedType(type: number): AnyValueType {
  if (type === AnyValueType.array) return AnyValueType.array;
  return type === AnyValueType.kvlist ? AnyValueType.kvlist : AnyValueType.bytes;
}

/** Appends a value as a Native String; returns its type. */
export function appendNativeValue(run: ByteRun, value: AttributeValue): AnyValueType {
  run.reserve(NUMBER_TEXT_BYTES_MAX);
  switch (typeof value) {
    case 'string':
      appendNativeText(run, value);
      return AnyValueType.string;
    case 'boolean':
      appendBoolText(run, value);
      return AnyValueType.bool;
    case 'bigint': {
      const high = Number(BigInt.asIntN(32, value >> 32n));
      appendInt64Text(run, Number(BigInt.asIntN(32, value)), high);
      return AnyValueType.int;
    }
    case 'number':
      appendDoubleText(run, value);
      return AnyValueType.double;
    default:
  }
  if (value === null) {
    run.bytes[run.length++] = 0;
    return AnyValueType.empty;
  }
  appendNativeBytes(run, value.message);
  return value.type;
}

/** Up to here a loop beats the call of the encoder. */
const ASCII_LOOP_MAX = 96;

/** Appends text as a Native String; a lone surrogate becomes U+FFFD. */
export function appendNativeText(run: ByteRun, text: string): void {
  run.reserve(text.length * 3 + PREFIX_BYTES_MAX);
  if (text.length <= ASCII_LOOP_MAX && appendAscii(run, text)) return;
  const length = Buffer.byteLength(text);
  appendVarint32(run, length);
  encoder.encodeInto(text, run.bytes.subarray(run.length));
  run.length += length;
}

/** False, and nothing appended, when the text has other characters. */
function appendAscii(run: ByteRun, text: string): boolean {
  const { bytes } = run;
  const at = run.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return false;
    bytes[at + 1 + i] = code;
  }
  bytes[at] = text.length;
  run.length = at + 1 + text.length;
  return true;
}

export function appendNativeBytes(run: ByteRun, bytes: Uint8Array): void {
  run.reserve(bytes.length + PREFIX_BYTES_MAX);
  appendVarint32(run, bytes.length);
  run.bytes.set(bytes, run.length);
  run.length += bytes.length;
}

const rendered = new ByteRun(256);

/** A value as text for people and rules: arrays and lists as JSON, bytes in base64, null as `''`. */
export function valueText(value: AttributeValue): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return doubleText(value);
  if (value === null) return '';
  if (!(value instanceof EncodedValue)) return String(value);
  const message = new ByteRun(value.message.length);
  message.bytes.set(value.message);
  message.length = value.message.length;
  rendered.length = 0;
  renderAnyValue(message, 0, message.length, rendered);
  return new TextDecoder().decode(rendered.used());
}
