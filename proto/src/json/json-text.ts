import { malformed } from '../malformed.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** The text of a JSON body. Throws `MalformedError` with the byte at which it stops being UTF-8. */
export function jsonText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    // The engine does not say where.
    if (error instanceof TypeError) malformed(badByteIn(bytes), 'JSON that is not UTF-8');
    throw error;
  }
}

/** Where the first sequence stands that RFC 3629 does not have. */
function badByteIn(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const length = bytes[at] < 0x80 ? 1 : sequenceLength(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return at;
}

/** Bytes of the character at `at`, which is no ASCII; 0 where there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at];
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > bytes.length) return 0;
  const second = bytes[at + 1];
  // No longer form than needed, no half of a pair, nothing behind U+10FFFF.
  if ((lead === 0xe0 && second < 0xa0) || (lead === 0xf0 && second < 0x90)) return 0;
  if ((lead === 0xed && second > 0x9f) || (lead === 0xf4 && second > 0x8f)) return 0;
  for (let i = 1; i < length; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 0;
  return length;
}
