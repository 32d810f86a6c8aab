import { ConnectionFault } from './connection-fault.ts';
import { Http2Code } from './frames.ts';

/**
 * RFC 7541, Appendix B: which bytes have a code of how many bits. The code is canonical: within a
 * length, and from one length to the next, codes ascend with the bytes.
 */
const SYMBOLS_BY_BITS: readonly (readonly [number, string | readonly number[]])[] = [
  [5, '012aceiost'],
  [6, ' %-./3456789=A_bdfghlmnpru'],
  [7, ':BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz'],
  [8, '&*,;XZ'],
  [10, '!"()?'],
  [11, "'+|"],
  [12, '#>'],
  [13, '\0$@[]~'],
  [14, '^}'],
  [15, '<`{'],
  [19, [92, 195, 208]],
  [20, [128, 130, 131, 162, 184, 194, 224, 226]],
  [21, [153, 161, 167, 172, 176, 177, 179, 209, 216, 217, 227, 229, 230]],
  [
    22,
    [
      129, 132, 133, 134, 136, 146, 154, 156, 160, 163, 164, 169, 170, 173, 178, 181, 185, 186, 187,
      189, 190, 196, 198, 228, 232, 233,
    ],
  ],
  [
    23,
    [
      1, 135, 137, 138, 139, 140, 141, 143, 147, 149, 150, 151, 152, 155, 157, 158, 165, 166, 168,
      174, 175, 180, 182, 183, 188, 191, 197, 231, 239,
    ],
  ],
  [24, [9, 142, 144, 145, 148, 159, 171, 206, 215, 225, 236, 237]],
  [25, [199, 207, 234, 235]],
  [26, [192, 193, 200, 201, 202, 205, 210, 213, 218, 219, 238, 240, 242, 243, 255]],
  [
    27,
    [203, 204, 211, 212, 214, 221, 222, 223, 241, 244, 245, 246, 247, 248, 250, 251, 252, 253, 254],
  ],
  [
    28,
    [
      2, 3, 4, 5, 6, 7, 8, 11, 12, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24, 25, 26, 27, 28, 29, 30,
      31, 127, 220, 249,
    ],
  ],
  [30, [10, 13, 22, 256]],
];

/** The end of a string: it must not be in one. */
const END = 256;

/** A step takes half a byte; the shortest code has five bits, so it yields at most one symbol. */
const STEP_BITS = 4;
const STEPS = 1 << STEP_BITS;

// An entry: the next node, whether a symbol is complete, and that symbol.
const EMITS = 0x200;
const NODE_MASK = 0x1ff;
const SYMBOL_SHIFT = 10;
const FAILS = -1;

/** What is left over at the end must be less than a byte of ones. */
const PADDING_BITS_MAX = 7;

interface Automaton {
  readonly next: Int32Array;
  /** Nodes at which a string may end. */
  readonly ends: ReadonlySet<number>;
}

const AUTOMATON: Automaton = automatonOf(codeTree());

/**
 * The text of `bytes` from `from` to `to`, in Latin-1. Throws `ConnectionFault` for a code that has no
 * end, or that is the end, or padding that is none (RFC 7541, 5.2).
 */
export function huffmanText(bytes: Buffer, from: number, to: number): string {
  const { next, ends } = AUTOMATON;
  const text = Buffer.allocUnsafe(Math.ceil(((to - from) * 8) / 5));
  let length = 0;
  let node = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    for (const step of [byte >> STEP_BITS, byte & (STEPS - 1)]) {
      const entry = next[node * STEPS + step] ?? FAILS;
      if (entry === FAILS) throw malformed();
      if ((entry & EMITS) !== 0) {
        text[length] = entry >> SYMBOL_SHIFT;
        length += 1;
      }
      node = entry & NODE_MASK;
    }
  }
  if (!ends.has(node)) throw malformed();
  return text.toString('latin1', 0, length);
}

function malformed(): ConnectionFault {
  return new ConnectionFault(Http2Code.compressionError, 'a string that is no Huffman code');
}

/** Two entries a node, for 0 and 1: another node, or a symbol as its complement. */
type CodeTree = number[];

function codeTree(): CodeTree {
  const tree: CodeTree = [0, 0];
  let code = 0;
  let bitsBefore = 0;
  for (const [bits, symbols] of SYMBOLS_BY_BITS) {
    code *= 2 ** (bits - bitsBefore);
    bitsBefore = bits;
    const list = typeof symbols === 'string' ? [...Buffer.from(symbols, 'latin1')] : symbols;
    for (const symbol of list) {
      plant(tree, { code, bits, symbol });
      code += 1;
    }
  }
  return tree;
}

interface Code {
  readonly code: number;
  readonly bits: number;
  readonly symbol: number;
}

function plant(tree: CodeTree, { code, bits, symbol }: Code): void {
  let node = 0;
  for (let bit = bits - 1; bit >= 0; bit--) {
    const slot = node * 2 + ((code >>> bit) & 1);
    if (bit === 0) tree[slot] = ~symbol;
    else if (tree[slot] === 0) {
      tree[slot] = tree.length / 2;
      tree.push(0, 0);
    }
    node = tree[slot] ?? 0;
  }
}

function automatonOf(tree: CodeTree): Automaton {
  const nodeCount = tree.length / 2;
  const next = new Int32Array(nodeCount * STEPS);
  for (let node = 0; node < nodeCount; node++) {
    for (let step = 0; step < STEPS; step++) next[node * STEPS + step] = entryOf(tree, node, step);
  }
  const ends = new Set([0]);
  let node = 0;
  for (let bit = 0; bit < PADDING_BITS_MAX; bit++) {
    node = tree[node * 2 + 1] ?? 0;
    ends.add(node);
  }
  return { next, ends };
}

function entryOf(tree: CodeTree, from: number, step: number): number {
  let node = from;
  let symbol: number | undefined;
  for (let bit = STEP_BITS - 1; bit >= 0; bit--) {
    const target = tree[node * 2 + ((step >> bit) & 1)] ?? 0;
    if (target < 0) symbol = ~target;
    node = Math.max(target, 0);
  }
  if (symbol === END) return FAILS;
  return symbol === undefined ? node : node | EMITS | (symbol << SYMBOL_SHIFT);
}
