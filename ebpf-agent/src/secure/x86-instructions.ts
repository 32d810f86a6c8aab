/**
 * Lengths of instructions of x86-64 (Intel's manual, volume 2, appendices A and B), so that probes are
 * put on instructions and never into one. What is not known is refused, never guessed.
 */

/** How an opcode goes on. */
const NONE = 0;
const MODRM = 1;
const IMM8 = 2;
const IMM16 = 4;
/** 16 bits with an operand-size prefix. */
const IMM32 = 8;
const INVALID = 128;

const INSTRUCTION_BYTES_MAX = 15;
const ESCAPE = 0x0f;
const RETURN = 0xc3;
const RETURN_AND_POP = 0xc2;

function table(rows: readonly (readonly [from: number, to: number, kind: number])[]): Uint8Array {
  const kinds = new Uint8Array(256);
  for (const [from, to, kind] of rows) kinds.fill(kind, from, to + 1);
  return kinds;
}

/** Arithmetic: to and from memory, then with an immediate, then what 64-bit code does not have. */
const ARITHMETIC = [0x00, 0x08, 0x10, 0x18, 0x20, 0x28, 0x30, 0x38].flatMap(
  (at): (readonly [number, number, number])[] => [
    [at, at + 3, MODRM],
    [at + 4, at + 4, IMM8],
    [at + 5, at + 5, IMM32],
    [at + 6, at + 7, INVALID],
  ],
);

const ONE_BYTE = table([
  ...ARITHMETIC,
  [0x60, 0x62, INVALID],
  [0x63, 0x63, MODRM],
  [0x68, 0x68, IMM32],
  [0x69, 0x69, MODRM | IMM32],
  [0x6a, 0x6a, IMM8],
  [0x6b, 0x6b, MODRM | IMM8],
  [0x70, 0x7f, IMM8],
  [0x80, 0x80, MODRM | IMM8],
  [0x81, 0x81, MODRM | IMM32],
  [0x82, 0x82, INVALID],
  [0x83, 0x83, MODRM | IMM8],
  [0x84, 0x8f, MODRM],
  [0x9a, 0x9a, INVALID],
  [0xa8, 0xa8, IMM8],
  [0xa9, 0xa9, IMM32],
  [0xb0, 0xb7, IMM8],
  [0xb8, 0xbf, IMM32],
  [0xc0, 0xc1, MODRM | IMM8],
  [0xc2, 0xc2, IMM16],
  [0xc6, 0xc6, MODRM | IMM8],
  [0xc7, 0xc7, MODRM | IMM32],
  [0xc8, 0xc8, IMM16 | IMM8],
  [0xca, 0xca, IMM16],
  [0xcd, 0xcd, IMM8],
  [0xce, 0xce, INVALID],
  [0xd0, 0xd3, MODRM],
  [0xd4, 0xd6, INVALID],
  [0xd8, 0xdf, MODRM],
  [0xe0, 0xe7, IMM8],
  [0xe8, 0xe9, IMM32],
  [0xea, 0xea, INVALID],
  [0xeb, 0xeb, IMM8],
  [0xf6, 0xf7, MODRM],
  [0xfe, 0xff, MODRM],
]);

/** Behind 0f. */
const TWO_BYTE = table([
  [0x00, 0xff, MODRM],
  [0x04, 0x04, INVALID],
  [0x05, 0x09, NONE],
  [0x0a, 0x0a, INVALID],
  [0x0b, 0x0b, NONE],
  [0x0c, 0x0c, INVALID],
  [0x0e, 0x0e, NONE],
  [0x0f, 0x0f, MODRM | IMM8],
  [0x24, 0x27, INVALID],
  [0x30, 0x37, NONE],
  [0x38, 0x3f, INVALID],
  [0x70, 0x73, MODRM | IMM8],
  [0x77, 0x77, NONE],
  [0x7a, 0x7b, INVALID],
  [0x80, 0x8f, IMM32],
  [0xa0, 0xa2, NONE],
  [0xa4, 0xa4, MODRM | IMM8],
  [0xa6, 0xa7, INVALID],
  [0xa8, 0xaa, NONE],
  [0xac, 0xac, MODRM | IMM8],
  [0xba, 0xba, MODRM | IMM8],
  [0xc2, 0xc2, MODRM | IMM8],
  [0xc4, 0xc6, MODRM | IMM8],
  [0xc8, 0xcf, NONE],
]);

/** The maps of VEX and EVEX: of the two-byte opcodes, of 0f 38, of 0f 3a. */
const VECTOR_MAPS = [1, 2, 3];

const LEGACY_PREFIXES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3]);

export interface Instruction {
  readonly length: number;
  readonly isReturn: boolean;
  /** Nothing comes after it: a return, a jump, a trap. */
  readonly isEnd: boolean;
  /** Of a direct jump, conditional or not: where to, from the beginning of `code`. */
  readonly jumpsTo: number | undefined;
}

const NEAR_JUMP = 0xe9;
const SHORT_JUMP = 0xeb;
const INDIRECT = 0xff;
const HALT = 0xf4;
const BREAKPOINT = 0xcc;
/** Behind 0f. */
const UNDEFINED_INSTRUCTION = 0x0b;

/** The instruction at `start`; undefined when it is unknown, or cut off. */
export function instructionAt(code: Buffer, start: number): Instruction | undefined {
  let at = start;
  let isShort = false;
  while (LEGACY_PREFIXES.has(code[at] ?? 0)) {
    if (code[at] === 0x67 || at - start >= INSTRUCTION_BYTES_MAX) return undefined;
    isShort ||= code[at] === 0x66;
    at++;
  }
  const rex = code[at] ?? 0;
  const isRex = rex >= 0x40 && rex <= 0x4f;
  if (isRex) at++;
  const isWide = isRex && (rex & 8) !== 0;
  const opcode = code[at] ?? 0;
  const end = opcode === ESCAPE ? escaped(code, at + 1, isShort) : plain(code, at, isShort, isWide);
  if (end === undefined || end > code.length || end - start > INSTRUCTION_BYTES_MAX) {
    return undefined;
  }
  const isReturn = opcode === RETURN || opcode === RETURN_AND_POP;
  const isEnd = isReturn || ends(opcode, code[at + 1] ?? 0);
  return { length: end - start, isReturn, isEnd, jumpsTo: jumpTarget(code, at, end) };
}

/** Jumps for good, and traps. */
function ends(opcode: number, next: number): boolean {
  if (opcode === ESCAPE) return next === UNDEFINED_INSTRUCTION;
  // jmp *r/m is the fourth of its group.
  if (opcode === INDIRECT) return (next & 0x38) === 0x20;
  return [NEAR_JUMP, SHORT_JUMP, HALT, BREAKPOINT].includes(opcode);
}

function jumpTarget(code: Buffer, at: number, end: number): number | undefined {
  const opcode = code[at] ?? 0;
  const next = code[at + 1] ?? 0;
  const isShort = opcode === SHORT_JUMP || (opcode >= 0x70 && opcode <= 0x7f);
  if (isShort) return end + code.readInt8(end - 1);
  const isNear = opcode === NEAR_JUMP || (opcode === ESCAPE && next >= 0x80 && next <= 0x8f);
  return isNear ? end + code.readInt32LE(end - 4) : undefined;
}

function plain(code: Buffer, at: number, isShort: boolean, isWide: boolean): number | undefined {
  const opcode = code[at] ?? 0;
  if (opcode === 0xc5) return vector(code, at + 2, 1);
  if (opcode === 0xc4) return vector(code, at + 3, (code[at + 1] ?? 0) & 0x1f);
  if (opcode === 0x62) return vector(code, at + 4, (code[at + 1] ?? 0) & 0x07);
  // AMD's XOP.
  if (opcode === 0x8f && ((code[at + 1] ?? 0) & 0x38) !== 0) return undefined;
  if (opcode >= 0xa0 && opcode <= 0xa3) return at + 9;
  if (opcode >= 0xb8 && opcode <= 0xbf && isWide) return at + 9;
  let kind = ONE_BYTE[opcode] ?? INVALID;
  // Test with an immediate shares its opcode with what has none.
  if ((opcode === 0xf6 || opcode === 0xf7) && ((code[at + 1] ?? 0) & 0x30) === 0) {
    kind |= opcode === 0xf6 ? IMM8 : IMM32;
  }
  // Branches have 32 bits whatever the prefix, as has everything that is wide.
  const isBranch = opcode === 0xe8 || opcode === 0xe9;
  return operands(code, at + 1, kind, isShort && !isBranch && !isWide);
}

/** `at`: behind 0f. */
function escaped(code: Buffer, at: number, isShort: boolean): number | undefined {
  const opcode = code[at] ?? 0;
  if (opcode === 0x38) return operands(code, at + 2, MODRM, isShort);
  if (opcode === 0x3a) return operands(code, at + 2, MODRM | IMM8, isShort);
  const isBranch = opcode >= 0x80 && opcode <= 0x8f;
  return operands(code, at + 1, TWO_BYTE[opcode] ?? INVALID, isShort && !isBranch);
}

/** `at`: the opcode behind a VEX or EVEX prefix. */
function vector(code: Buffer, at: number, map: number): number | undefined {
  if (!VECTOR_MAPS.includes(map)) return undefined;
  if (map === 3) return operands(code, at + 1, MODRM | IMM8, false);
  if (map === 2) return operands(code, at + 1, MODRM, false);
  return operands(code, at + 1, TWO_BYTE[code[at] ?? 0] ?? INVALID, false);
}

function operands(code: Buffer, at: number, kind: number, isShort: boolean): number | undefined {
  if (kind & INVALID) return undefined;
  let end = kind & MODRM ? addressing(code, at) : at;
  if (kind & IMM8) end += 1;
  if (kind & IMM16) end += 2;
  if (kind & IMM32) end += isShort ? 2 : 4;
  return end;
}

/** Behind the ModRM byte at `at`, its SIB byte and displacement. */
function addressing(code: Buffer, at: number): number {
  const modrm = code[at] ?? 0;
  const mode = modrm >> 6;
  const base = modrm & 7;
  if (mode === 3) return at + 1;
  const hasSib = base === 4;
  const end = at + (hasSib ? 2 : 1);
  if (mode === 1) return end + 1;
  if (mode === 2) return end + 4;
  const isFarBase = base === 5 || (hasSib && ((code[at + 1] ?? 0) & 7) === 5);
  return isFarBase ? end + 4 : end;
}
