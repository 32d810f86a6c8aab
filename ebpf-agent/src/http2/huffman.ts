/**
 * The Huffman code of HPACK (RFC 7541, appendix B). It is canonical: codes of a length are numbers in
 * a row, in the order of their symbols, so that the symbols by length are the whole code.
 */
const SYMBOLS_BY_LENGTH: Readonly<Record<number, readonly number[]>> = {
  5: [...bytes('012aceiost')],
  6: [...bytes(' %-./3456789=A_bdfghlmnpru')],
  7: [...bytes(':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz')],
  8: [...bytes('&*,;XZ')],
  10: [...bytes('!"()?')],
  11: [...bytes("'+|")],
  12: [...bytes('#>')],
  13: [0, ...bytes('$@[]~')],
  14: [...bytes('^}')],
  15: [...bytes('<`{')],
  19: [92, 195, 208],
  20: [128, 130, 131, 162, 184, 194, 224, 226],
  21: [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230],
  22: [
    129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187,
    189, 190, 196, 198, 228, 232, 233,
  ],
  23: [
    1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168,
    174, 175, 180, 182, 183, 188, 191, 197, 231, 239,
  ],
  24: [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237],
  25: [199, 207, 234, 235],
  26: [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255],
  27: [
    203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254,
  ],
  28: [
    2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30, 31,
    127, 220, 249,
  ],
  30: [10, 13, 22],
};

const LENGTH_MAX = 30;
/** Ones up to the next byte; more would be the end's own code. */
const PADDING_BITS_MAX = 7;

function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

interface OneLength {
  /** The first code of that length. */
  readonly first: number;
  readonly symbols: readonly number[];
}

const CODES: readonly OneLength[] = codesByLength();

function codesByLength(): readonly OneLength[] {
  const codes: OneLength[] = [];
  let next = 0;
  for (let length = 0; length <= LENGTH_MAX; length++) {
    const symbols = SYMBOLS_BY_LENGTH[length] ?? [];
    codes.push({ first: next, symbols });
    next = (next + symbols.length) * 2;
  }
  return codes;
}

/** Decodes all of `coded` into `into`: how many bytes that are; undefined when it is no such code. */
export function decodeHuffman(coded: Buffer, into: Buffer): number | undefined {
  let code = 0;
  let length = 0;
  let filled = 0;
  for (const byte of coded) {
    for (let bit = 7; bit >= 0; bit--) {
      code = (code << 1) | ((byte >> bit) & 1);
      length++;
      if (length > LENGTH_MAX) return undefined;
      const { first, symbols } = CODES[length] ?? { first: 0, symbols: [] };
      const symbol = symbols[code - first];
      if (symbol === undefined) continue;
      if (filled >= into.length) return undefined;
      into[filled++] = symbol;
      code = 0;
      length = 0;
    }
  }
  const isPadding = length <= PADDING_BITS_MAX && code === (1 << length) - 1;
  return isPadding ? filled : undefined;
}
