const BACKSLASH = 92;
const SIMPLE: Readonly<Record<number, number>> = { 98: 8, 102: 12, 110: 10, 114: 13, 116: 9 };

/** Writes a JSON string's content without its escapes; returns the bytes written, at most `out`'s. */
export function unescapeInto(out: Buffer, bytes: Uint8Array, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to && length + 4 <= out.length; at++) {
    const byte = bytes[at];
    if (byte !== BACKSLASH || at + 1 >= to) {
      out[length++] = byte;
      continue;
    }
    at++;
    const kind = bytes[at];
    if (kind !== 117) {
      out[length++] = SIMPLE[kind] ?? kind;
      continue;
    }
    const unit = hexAt(bytes, at + 1, to);
    if (unit < 0) continue;
    at += 4;
    let point = unit;
    if (unit >= 0xd800 && unit < 0xdc00 && bytes[at + 1] === BACKSLASH) {
      const low = hexAt(bytes, at + 3, to);
      if (low >= 0xdc00 && low < 0xe000) {
        point = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
      }
    }
    length += out.write(String.fromCodePoint(point), length);
  }
  return length;
}

function hexAt(bytes: Uint8Array, from: number, to: number): number {
  if (from + 4 > to) return -1;
  let value = 0;
  for (let i = from; i < from + 4; i++) {
    const digit = Number.parseInt(String.fromCharCode(bytes[i]), 16);
    if (Number.isNaN(digit)) return -1;
    value = value * 16 + digit;
  }
  return value;
}
