import type { ByteRun } from '../columns/byte-run.ts';
import { appendInt64Text, doubleText, NUMBER_TEXT_BYTES_MAX } from '../decode/number-text.ts';
import type { Source } from '../protobuf/source.ts';
import { readVarint, result } from '../protobuf/varint.ts';
import { appendJsonText } from '../read/json-text.ts';
import type { Field } from '../schema/field.ts';

const QUOTE = 0x22;
const HEX_DIGITS = new TextEncoder().encode('0123456789abcdef');

export function putBytes(out: ByteRun, bytes: Uint8Array): void {
  out.reserve(bytes.length);
  out.bytes.set(bytes, out.length);
  out.length += bytes.length;
}

/** Text of one byte a character. */
function putAscii(out: ByteRun, text: string): void {
  const { length } = text;
  out.reserve(length);
  const { bytes } = out;
  let at = out.length;
  for (let i = 0; i < length; i++) bytes[at++] = text.charCodeAt(i);
  out.length = at;
}

/** A text, an id or bytes. */
export function appendDelimited(
  { bytes }: Source,
  { kind }: Field,
  start: number,
  end: number,
  out: ByteRun,
): void {
  if (kind === 'string') {
    appendJsonText(bytes, start, end, out);
  } else if (kind === 'traceId' || kind === 'spanId') {
    appendHex(bytes, start, end, out);
  } else {
    const { buffer, byteOffset } = bytes;
    const text = Buffer.from(buffer, byteOffset + start, end - start).toString('base64');
    putAscii(out, `"${text}"`);
  }
}

function appendHex(bytes: Uint8Array, start: number, end: number, out: ByteRun): void {
  out.reserve((end - start) * 2 + 2);
  const target = out.bytes;
  let at = out.length;
  target[at++] = QUOTE;
  for (let p = start; p < end; p++) {
    target[at++] = HEX_DIGITS[bytes[p] >>> 4];
    target[at++] = HEX_DIGITS[bytes[p] & 15];
  }
  target[at++] = QUOTE;
  out.length = at;
}

/**
 * The number at `p`. Returns what follows, negated where the field has its default and need not be
 * written; it is written all the same, because in a list it counts.
 */
export function appendNumber(source: Source, field: Field, p: number, out: ByteRun): number {
  out.reserve(NUMBER_TEXT_BYTES_MAX * 2);
  const { view, bytes } = source;
  switch (field.kind) {
    case 'double': {
      const value = view.getFloat64(p, true);
      appendDouble(value, out);
      return signed(p + 8, field, Object.is(value, 0));
    }
    case 'fixed64':
    case 'sfixed64': {
      const [low, high] = [view.getInt32(p, true), view.getInt32(p + 4, true)];
      appendWide(low, high, field.kind === 'fixed64', out);
      return signed(p + 8, field, low === 0 && high === 0);
    }
    case 'fixed32': {
      const value = view.getUint32(p, true);
      putAscii(out, String(value));
      return signed(p + 4, field, value === 0);
    }
    default: {
      const next = readVarint(bytes, p);
      return signed(next, field, appendVarint(field, out));
    }
  }
}

function signed(next: number, { presence }: Field, isZero: boolean): number {
  return isZero && !presence ? -next : next;
}

/** Of the varint in `result`; true for a default. */
function appendVarint({ kind }: Field, out: ByteRun): boolean {
  const { low, high } = result;
  switch (kind) {
    case 'bool': {
      const isFalse = low === 0 && high === 0;
      putAscii(out, isFalse ? 'false' : 'true');
      return isFalse;
    }
    case 'int64':
    case 'uint64':
      appendWide(low, high, kind === 'uint64', out);
      return low === 0 && high === 0;
    case 'uint32':
      putAscii(out, String(low >>> 0));
      return low === 0;
    case 'sint32':
      putAscii(out, String((low >>> 1) ^ -(low & 1)));
      return low === 0;
    default:
      // Enumerations and other signed numbers of 32 bits.
      putAscii(out, String(low));
      return low === 0;
  }
}

function appendDouble(value: number, out: ByteRun): void {
  const text = doubleText(value);
  // JSON has no such numbers, and readers lose the sign of zero.
  const isText = !Number.isFinite(value) || Object.is(value, -0);
  putAscii(out, isText ? `"${text}"` : text);
}

/** 64 bits in quotes. */
function appendWide(low: number, high: number, isUnsigned: boolean, out: ByteRun): void {
  if (isUnsigned && high < 0) {
    putAscii(out, `"${(BigInt(high >>> 0) << 32n) | BigInt(low >>> 0)}"`);
    return;
  }
  // The length that comes first is one byte, in whose place the quote stands.
  const at = out.length;
  appendInt64Text(out, low, high);
  out.bytes[at] = QUOTE;
  out.bytes[out.length++] = QUOTE;
}
