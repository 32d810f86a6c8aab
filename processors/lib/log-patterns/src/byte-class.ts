/** What a byte is to the tokeniser; bits, so that a segment can gather what it holds. */
export const BLANK = 1;
/** Always a token of its own. */
export const SPLIT = 2;
export const COLON = 4;
export const DIGIT = 8;
export const LETTER = 16;
/** A letter that no hexadecimal number holds. */
export const NOT_HEX = 32;
export const SLASH = 64;
export const BACKSLASH = 128;
export const AT = 256;
export const DOT = 512;
export const OTHER = 1024;
/** First byte of a three- or four-byte UTF-8 sequence: scripts that write no blanks, mostly. */
export const WIDE = 2048;
/** Terminals' escape: a line that holds one is cleaned first. */
export const ESCAPE = 4096;
/** Part of a word wherever it stands: no digit, and nothing that addresses, paths or sentences have. */
export const PLAIN = 8192;
/** What ends a segment, or may. */
export const STOPPING: number = BLANK | SPLIT | COLON | WIDE | ESCAPE;
/** What ends a word, whatever it holds. */
export const ENDS_WORD: number = BLANK | SPLIT | WIDE | ESCAPE;

const SPLITTING = '=()[]{}<>,;|"\'`';
const NOT_ASCII = 0x80;
const WIDE_FROM = 0xe0;

export const BYTE_CLASS: Uint16Array = Uint16Array.from({ length: 256 }, (_, byte) =>
  classOf(byte),
);

function classOf(byte: number): number {
  if (byte >= WIDE_FROM) return WIDE;
  if (byte >= NOT_ASCII) return OTHER | PLAIN;
  const character = String.fromCharCode(byte);
  if (byte === 27) return ESCAPE;
  if (byte === 32 || (byte >= 9 && byte <= 13)) return BLANK;
  if (SPLITTING.includes(character)) return SPLIT;
  if (/[0-9]/.test(character)) return DIGIT;
  if (/[a-f]/i.test(character)) return LETTER | PLAIN;
  if (/[g-z]/i.test(character)) return LETTER | NOT_HEX | PLAIN;
  if ('!?'.includes(character)) return OTHER;
  const single: Readonly<Record<string, number>> = {
    ':': COLON,
    '/': SLASH,
    '\\': BACKSLASH,
    '@': AT,
    '.': DOT,
  };
  return single[character] ?? OTHER | PLAIN;
}

export function isDigit(byte: number): boolean {
  return byte >= 48 && byte < 58;
}

export function isLetter(byte: number): boolean {
  const folded = byte | 32;
  return folded >= 97 && folded < 123;
}

/** Where `byte` stands in [from, to), or -1: a batch's bytes go on behind a line. */
export function indexWithin(bytes: Uint8Array, byte: number, from: number, to: number): number {
  for (let i = from; i < to; i++) if (bytes[i] === byte) return i;
  return -1;
}

const ESCAPE_BYTE = 27;
const NEWLINE_BYTE = 10;

/** Whether an escape or a line's end is in it: most have none. */
export function hasControl(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i];
    if (byte < 32 && (byte === ESCAPE_BYTE || byte === NEWLINE_BYTE)) return true;
  }
  return false;
}
