import { type ElfFile, type ElfSection, readU64 } from './elf-file.ts';

/** A function of a program. */
export interface CodePlace {
  readonly address: number;
  /** Bytes. */
  readonly size: number;
}

const SHT_SYMTAB = 2;
const SHT_DYNSYM = 11;
const SYMBOL_BYTES = 24;
const STT_FUNC = 2;
/** The same name at as many places; suffixes of longer names share their bytes. */
const PLACES_MAX = 64;
/** No name that is looked for is longer, with its end. */
const NAME_BYTES_MAX = 64;
/** No name that a part of is looked for is longer, with both ends. */
const LONG_NAME_BYTES_MAX = 256;

/**
 * The functions of these names that a program defines, from its dynamic symbols or, where they have
 * none, its symbols.
 */
export function findFunctions(
  elf: ElfFile,
  names: readonly string[],
): ReadonlyMap<string, CodePlace> {
  return findBy(elf, (strings) => placesOf(elf, strings, names));
}

/** The functions in whose names one of these stands, as an end or before `17h` (the hash of Rust's names). */
export function findRustFunctions(
  elf: ElfFile,
  parts: readonly string[],
): ReadonlyMap<string, CodePlace> {
  return findBy(elf, (strings) => placesAround(elf, strings, parts));
}

/** Where in a table of strings the names begin that are looked for. */
type Names = ReadonlyMap<number, string>;

function findBy(
  elf: ElfFile,
  namesIn: (strings: ElfSection) => Names,
): ReadonlyMap<string, CodePlace> {
  for (const type of [SHT_DYNSYM, SHT_SYMTAB]) {
    for (const table of elf.sections.filter((section) => section.type === type)) {
      const strings = elf.sections[table.link];
      const found = strings === undefined ? undefined : findIn(elf, table, namesIn(strings));
      if (found !== undefined && found.size > 0) return found;
    }
  }
  return new Map();
}

function findIn(elf: ElfFile, table: ElfSection, nameAt: Names): ReadonlyMap<string, CodePlace> {
  const found = new Map<string, CodePlace>();
  if (nameAt.size === 0) return found;
  for (const { bytes: symbols } of elf.pieces(table, 0)) {
    for (let at = 0; at + SYMBOL_BYTES <= symbols.length; at += SYMBOL_BYTES) {
      const name = nameAt.get(symbols.readUInt32LE(at));
      if (name === undefined) continue;
      const isFunction = (symbols.readUInt8(at + 4) & 0xf) === STT_FUNC;
      // Defined here, not wanted from elsewhere.
      if (!isFunction || symbols.readUInt16LE(at + 6) === 0) continue;
      found.set(name, { address: readU64(symbols, at + 8), size: readU64(symbols, at + 16) });
    }
  }
  return found;
}

function placesOf(elf: ElfFile, strings: ElfSection, names: readonly string[]): Names {
  const places = new Map<number, string>();
  for (const { at: from, bytes } of elf.pieces(strings, NAME_BYTES_MAX)) {
    for (const name of names) {
      for (const at of occurrences(bytes, `${name}\0`)) places.set(from + at, name);
    }
  }
  return places;
}

function placesAround(elf: ElfFile, strings: ElfSection, parts: readonly string[]): Names {
  const places = new Map<number, string>();
  for (const { at: from, bytes } of elf.pieces(strings, LONG_NAME_BYTES_MAX)) {
    for (const part of parts) {
      for (const at of [...occurrences(bytes, `${part}\0`), ...occurrences(bytes, `${part}17h`)]) {
        const begin = bytes.lastIndexOf(0, at);
        if (begin >= 0) places.set(from + begin + 1, part);
      }
    }
  }
  return places;
}

function occurrences(bytes: Buffer, text: string): readonly number[] {
  const wanted = Buffer.from(text, 'latin1');
  const found: number[] = [];
  let at = bytes.indexOf(wanted);
  while (at >= 0 && found.length < PLACES_MAX) {
    found.push(at);
    at = bytes.indexOf(wanted, at + 1);
  }
  return found;
}
