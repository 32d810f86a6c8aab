import { TextDecoder } from 'node:util';
import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

/**
 * How bytes are text: `utf8` is checked and its errors replaced, `raw` is taken for UTF-8 as it is,
 * `nop` are bytes and no text.
 */
export type EncodingKind = 'utf8' | 'raw' | 'nop' | 'utf16le' | 'utf16be' | 'other';

/** Bytes to text. */
interface Decoder {
  decode(bytes: Uint8Array): string;
}

export class TextEncoding {
  readonly name: string;
  readonly kind: EncodingKind;
  readonly #decoder: Decoder;

  constructor(name: string, kind: EncodingKind, decoder: Decoder) {
    this.name = name;
    this.kind = kind;
    this.#decoder = decoder;
  }

  /** What is no text becomes U+FFFD. */
  decode(bytes: Uint8Array): string {
    return this.#decoder.decode(bytes);
  }

  /** Bytes of one unit: no record is cut within one. */
  get unitBytes(): number {
    return this.kind === 'utf16le' || this.kind === 'utf16be' ? 2 : 1;
  }
}

const KINDS: ReadonlyMap<string, EncodingKind> = new Map([
  ['', 'utf8'],
  ['utf-8', 'utf8'],
  ['utf8', 'utf8'],
  ['ascii', 'utf8'],
  ['us-ascii', 'utf8'],
  ['utf-8-raw', 'raw'],
  ['utf8-raw', 'raw'],
  ['nop', 'nop'],
  ['utf-16', 'utf16le'],
  ['utf16', 'utf16le'],
  ['utf-16le', 'utf16le'],
  ['utf16le', 'utf16le'],
  ['utf-16be', 'utf16be'],
  ['utf16be', 'utf16be'],
]);
const LABELS: Readonly<Partial<Record<EncodingKind, string>>> = {
  utf16le: 'utf-16le',
  utf16be: 'utf-16be',
};

/** What Windows-1252 has from 0x80 on where Latin-1 has control characters; five bytes are none. */
const WINDOWS_1252 =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/** ISO 8859-1: each byte is its code point. */
const LATIN_1: Decoder = {
  decode: ({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength).toString('latin1'),
};

const CP_1252: Decoder = {
  decode: (bytes) =>
    LATIN_1.decode(bytes).replace(
      /[\x80-\x9f]/g,
      (char) => WINDOWS_1252[char.charCodeAt(0) - 0x80] ?? char,
    ),
};

/**
 * Node's own decoder of these takes one for the other, as browsers do, has control characters where
 * Windows has quotes, and loses a first byte 0xff.
 */
function singleByteDecoder(name: string, { encoding }: TextDecoder): Decoder | undefined {
  if (encoding !== 'windows-1252') return undefined;
  return name.includes('1252') ? CP_1252 : LATIN_1;
}

/** The encoding of that name; undefined where it is not supported. */
export function findEncoding(name: string): TextEncoding | undefined {
  const kind = KINDS.get(name.toLowerCase()) ?? 'other';
  const label = kind === 'other' ? name : (LABELS[kind] ?? 'utf-8');
  try {
    const decoder = new TextDecoder(label, { ignoreBOM: true });
    return new TextEncoding(name, kind, singleByteDecoder(name, decoder) ?? decoder);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The key `encoding`. */
export function encoding(): z.ZodType<TextEncoding> {
  return z
    .string()
    .prefault('utf-8')
    .transform((name, context): TextEncoding => {
      const found = findEncoding(name);
      if (found !== undefined) return found;
      refuseMeaning(context, {
        text: `unsupported encoding '${name}'`,
        hint: 'utf-8, utf-8-raw, nop, ascii, utf-16le, utf-16be, and the encodings of the WHATWG standard like big5',
      });
      return z.NEVER;
    });
}
