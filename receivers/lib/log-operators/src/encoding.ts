import { TextDecoder } from 'node:util';
import { refuseMeaning } from '@sonde/pipeline';
import { z } from 'zod';

/**
 * How bytes are text: `utf8` is checked and its errors replaced, `raw` is taken for UTF-8 as it is,
 * `nop` are bytes and no text.
 */
export type EncodingKind = 'utf8' | 'raw' | 'nop' | 'utf16le' | 'utf16be' | 'other';

export class TextEncoding {
  readonly name: string;
  readonly kind: EncodingKind;
  readonly #decoder: TextDecoder;

  constructor(name: string, kind: EncodingKind, decoder: TextDecoder) {
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

/** The encoding of that name; undefined where it is not supported. */
export function findEncoding(name: string): TextEncoding | undefined {
  const kind = KINDS.get(name.toLowerCase()) ?? 'other';
  const label = kind === 'other' ? name : (LABELS[kind] ?? 'utf-8');
  try {
    return new TextEncoding(name, kind, new TextDecoder(label, { ignoreBOM: true }));
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
