import type { ElfFile } from './elf-file.ts';
import type { CodePlace } from './elf-symbols.ts';
import { instructionAt } from './x86-instructions.ts';

/** One function; larger ones are none of those that are looked for. */
const FUNCTION_BYTES_MAX = 65_536;
/** Of all the code that a function goes on in. */
const INSTRUCTIONS_MAX = 16_384;
const RETURNS_MAX = 64;
/** Code that is read at once where nobody says how long it is. */
const PIECE_BYTES = 4_096;

/**
 * Where a function returns, addresses in ascending order: its own returns, and those of code that it
 * jumps to for good (what a compiler moved away, and functions that it ends with). Undefined when its
 * code is not understood.
 */
export function returnsOf(elf: ElfFile, function_: CodePlace): readonly number[] | undefined {
  const { address, size } = function_;
  if (!(size > 0 && size <= FUNCTION_BYTES_MAX)) return undefined;
  const code = elf.code(address, size);
  if (code.length < size) return undefined;
  const returns = new Set<number>();
  const beyond: number[] = [];
  for (let at = 0; at < size; ) {
    const instruction = instructionAt(code, at);
    if (instruction === undefined) return undefined;
    if (instruction.isReturn) returns.add(address + at);
    const target = instruction.jumpsTo;
    if (target !== undefined && (target < 0 || target >= size)) beyond.push(address + target);
    at += instruction.length;
  }
  follow(elf, beyond, returns);
  return returns.size > RETURNS_MAX ? undefined : [...returns].sort((a, b) => a - b);
}

/** Goes the ways that code can take, and adds the returns that it comes to; what is not understood ends a way. */
function follow(elf: ElfFile, ways: number[], returns: Set<number>): void {
  const seen = new Set<number>();
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const code = elf.code(way, PIECE_BYTES);
    for (let at = 0; at < code.length; ) {
      if (seen.has(way + at) || seen.size >= INSTRUCTIONS_MAX) break;
      seen.add(way + at);
      const instruction = instructionAt(code, at);
      if (instruction === undefined) break;
      if (instruction.isReturn) returns.add(way + at);
      if (instruction.jumpsTo !== undefined) ways.push(way + instruction.jumpsTo);
      if (instruction.isEnd) break;
      at += instruction.length;
    }
  }
}
