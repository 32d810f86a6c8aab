import type { ByteRun } from '../columns/byte-run.ts';
import type { Dictionary } from '../columns/dictionary.ts';

/** Where the bytes of the Native String at `at` start; its length is left in `nativeString.length`. */
export function nativeStart(bytes: Uint8Array, at: number): number {
  let p = at;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[p++];
    length |= (byte & 127) << shift;
    if (byte < 128) break;
  }
  nativeString.length = length;
  return p;
}

export const nativeString: { length: number } = { length: 0 };

/** The Native String at `at` as text; bytes that are no UTF-8 become U+FFFD. */
export function nativeText(run: ByteRun, at: number): string {
  const start = nativeStart(run.bytes, at);
  return run.text(start, start + nativeString.length);
}

/** The string of an id as text. */
export function dictionaryText(dictionary: Dictionary, id: number): string {
  return id === 0 ? '' : nativeText(dictionary.run, dictionary.offset[id]);
}

/** The id of row `row` in lower-case hex; `''` when it is all zeros, which is what absent is. */
export function idText(column: Uint8Array, row: number, widthBytes: number): string {
  const start = row * widthBytes;
  const text = Buffer.from(column.buffer, column.byteOffset + start, widthBytes).toString('hex');
  return /^0+$/.test(text) ? '' : text;
}
