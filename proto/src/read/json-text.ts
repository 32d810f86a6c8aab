import { isUtf8 } from 'node:buffer';
import type { ByteRun } from '../columns/byte-run.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const UTF8_BYTES_PER_UNIT = 3;
const ESCAPED_BYTES_MAX = 6;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Second byte of a two-byte escape by character; 0 where there is none. */
const SHORT_ESCAPES = new Uint8Array(128);
for (const [character, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr', '""', '\\\\']) {
  SHORT_ESCAPES[character.charCodeAt(0)] = letter.charCodeAt(0);
}

export function appendText(text: string, out: ByteRun): void {
  out.reserve(text.length * UTF8_BYTES_PER_UNIT);
  if (text.length === 1) {
    out.bytes[out.length++] = text.charCodeAt(0);
    return;
  }
  out.length += encoder.encodeInto(text, out.bytes.subarray(out.length)).written;
}

/** Appends UTF-8 as a JSON string, escaped as `JSON.stringify` does it. */
export function appendJsonText(bytes: Uint8Array, start: number, end: number, out: ByteRun): void {
  out.reserve((end - start) * ESCAPED_BYTES_MAX + 2);
  const target = out.bytes;
  let at = out.length;
  let high = 0;
  target[at++] = QUOTE;
  for (let p = start; p < end; p++) {
    const byte = bytes[p];
    high |= byte;
    if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
      target[at++] = byte;
      continue;
    }
    target[at++] = BACKSLASH;
    if (SHORT_ESCAPES[byte] !== 0) target[at++] = SHORT_ESCAPES[byte];
    else at = putUnicodeEscape(target, at, byte);
  }
  if (high > 127 && !isUtf8(bytes.subarray(start, end))) {
    appendText(JSON.stringify(decoder.decode(bytes.subarray(start, end))), out);
    return;
  }
  target[at++] = QUOTE;
  out.length = at;
}

/** `u00` and two digits. */
function putUnicodeEscape(target: Uint8Array, at: number, byte: number): number {
  target[at] = 0x75;
  target[at + 1] = 0x30;
  target[at + 2] = 0x30;
  target[at + 3] = 0x30 + (byte >>> 4);
  target[at + 4] = hexDigit(byte & 15);
  return at + 5;
}

function hexDigit(digit: number): number {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}
