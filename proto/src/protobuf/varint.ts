import { malformed } from '../malformed.ts';

/**
 * Where the readers below leave what does not fit their return value. A register, not an object a
 * call: varints of one byte never touch it.
 */
export const result: { next: number; low: number; high: number } = { next: 0, low: 0, high: 0 };

/**
 * The rest of a tag whose first byte, before `p`, was `first` (> 127). Returns the tag as 32 bits,
 * signed; `result.next` is behind it.
 */
export function longTag(bytes: Uint8Array, p: number, first: number): number {
  let tag = first & 127;
  for (let shift = 7; shift < 35; shift += 7) {
    const byte = bytes[p++];
    if (shift === 28 && byte > 15) malformed(p, 'tag over 32 bits');
    tag |= (byte & 127) << shift;
    if (byte < 128) {
      result.next = p;
      return tag;
    }
  }
  return malformed(p, 'tag over 32 bits');
}

/** As `longTag`, for a length: at most 31 bits. */
export function longLength(bytes: Uint8Array, p: number, first: number): number {
  let length = first & 127;
  for (let shift = 7; shift < 35; shift += 7) {
    const byte = bytes[p++];
    if (shift === 28 && byte > 7) malformed(p, 'length over 31 bits');
    length |= (byte & 127) << shift;
    if (byte < 128) {
      result.next = p;
      return length;
    }
  }
  return malformed(p, 'length over 31 bits');
}

/** The length at `p`, checked against `end`; `result.next` is where the bytes start. */
export function readLength(bytes: Uint8Array, p: number, end: number): number {
  let length = bytes[p++];
  if (length > 127) {
    length = longLength(bytes, p, length);
    p = result.next;
  }
  if (length > end - p) malformed(p, 'length past the end of the message');
  result.next = p;
  return length;
}

/** Any varint as two signed 32-bit halves in `result.low` and `result.high`; returns what follows. */
export function readVarint(bytes: Uint8Array, p: number): number {
  const first = bytes[p];
  result.high = 0;
  if (first < 128) {
    result.low = first;
    return p + 1;
  }
  return readLongVarint(bytes, p);
}

function readLongVarint(bytes: Uint8Array, start: number): number {
  let p = start;
  let low = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    const byte = bytes[p++];
    low |= (byte & 127) << shift;
    if (byte < 128) {
      result.low = low;
      return p;
    }
  }
  const middle = bytes[p++];
  low |= (middle & 15) << 28;
  let high = (middle & 127) >>> 4;
  if (middle > 127) {
    let shift = 3;
    for (;;) {
      const byte = bytes[p++];
      high |= (byte & 127) << shift;
      // The tenth byte holds one bit.
      if (shift === 31 && byte > 1) malformed(start, 'varint over 64 bits');
      if (byte < 128) break;
      shift += 7;
    }
  }
  result.low = low;
  result.high = high;
  return p;
}
