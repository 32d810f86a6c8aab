/** Bytes of a line that count; it is cut at a blank. */
const LINE_BYTES_MAX = 2048;
const CUT_AT_BLANK_BYTES = 1024;

interface Range {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Bytes as a string of as many characters. */
export function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
}

/** Where the part of a line that counts ends: at a blank, if one stands far enough behind. */
export function lineEnd({ bytes, from, to }: Range): number {
  if (to - from <= LINE_BYTES_MAX) return to;
  let end = from + LINE_BYTES_MAX;
  while (end > from + CUT_AT_BLANK_BYTES && bytes[end] !== 32) end--;
  return end;
}
