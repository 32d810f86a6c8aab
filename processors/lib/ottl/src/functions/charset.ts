/** Names that are read as UTF-8, invalid bytes replaced. */
const UTF8_NAMES = new Set([
  'utf-8',
  'utf8',
  'ascii',
  'us-ascii',
  '',
  'utf-8-raw',
  'utf8-raw',
  'nop',
]);
/** One byte is one character; the runtime takes these names for windows-1252. */
const LATIN1_NAMES = new Set([
  'iso-8859-1',
  'iso_8859-1',
  'iso_8859-1:1987',
  'iso-ir-100',
  'latin1',
  'l1',
  'ibm819',
  'cp819',
  'csisolatin1',
]);
/** Names that IANA lists and whose bytes nobody here can read. */
const WITHOUT_CHARMAP = new Set(
  'utf-7 utf-32 utf-32be utf-32le scsu cesu-8 bocu-1 iso-2022-kr iso-2022-cn'.split(' '),
);
/** Code pages of IBM: read by the Collector, not by the runtime. */
const IBM_PAGE = /^(?:ibm|cp)0*(?:37|437|850|852|855|858|860|862|863|865|1047|1140)$/;

/** Bytes 0x80 to 0x9f of windows-1252, which the runtime reads as if they were ISO 8859-1. */
const WINDOWS_1252 =
  '\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f' +
  '\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178';

export type CharsetDecoder = (bytes: Uint8Array) => string;

/** The reader of a character set, or the Collector's reason why there is none. */
export function charsetDecoder(name: string): CharsetDecoder | { refusal: string } {
  const known = name.toLowerCase();
  if (UTF8_NAMES.has(known)) return (bytes) => Buffer.from(bytes).toString('utf8');
  if (LATIN1_NAMES.has(known)) return (bytes) => Buffer.from(bytes).toString('latin1');
  if (known === 'windows-1252' || known === 'cp1252') return windows1252;
  if (known === 'utf-16' || known === 'utf16') return runtimeDecoder('utf-16le');
  if (WITHOUT_CHARMAP.has(known) || IBM_PAGE.test(known)) {
    return { refusal: `no charmap defined for encoding '${name}'` };
  }
  try {
    return runtimeDecoder(known);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { refusal: `unsupported encoding '${name}'` };
  }
}

function windows1252(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('latin1')
    .replace(/[\u0080-\u009f]/g, (character) =>
      WINDOWS_1252.charAt(character.charCodeAt(0) - 0x80),
    );
}

function runtimeDecoder(name: string): CharsetDecoder {
  const decoder = new TextDecoder(name, { ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}
