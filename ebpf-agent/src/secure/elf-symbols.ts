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

/**
 * The functions of these names that a program defines, from its dynamic symbols or, where they have
 * none, its symbols.
 */
export function findFunctions(
  elf: ElfFile,
  names: readonly string[],
): ReadonlyMap<string, CodePlace> {
  for (const type of [SHT_DYNSYM, SHT_SYMTAB]) {
    for (const table of elf.sections.filter((section) => section.type === type)) {
      const found = findIn(elf, table, names);
      if (found.size > 0) return found;
    }
  }
  return new Map();
}

function findIn(
  elf: ElfFile,
  table: ElfSection,
  names: readonly string[],
): ReadonlyMap<string, CodePlace> {
  const found = new Map<string, CodePlace>();
  const strings = elf.sections[table.link];
  if (strings === undefined) return found;
  const nameAt = placesOf(elf, strings, names);
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

/** Where in a table of strings these names stand. */
function placesOf(
  elf: ElfFile,
  strings: ElfSection,
  names: readonly string[],
): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  for (const { at: from, bytes } of elf.pieces(strings, NAME_BYTES_MAX)) {
    for (const name of names) {
      const wanted = Buffer.from(`${name}\0`, 'latin1');
      let at = bytes.indexOf(wanted);
      for (let i = 0; i < PLACES_MAX && at >= 0; i++) {
        places.set(from + at, name);
        at = bytes.indexOf(wanted, at + 1);
      }
    }
  }
  return places;
}
