import { type ElfFile, type ElfSection, readU64 } from './elf-file.ts';
import type { CodePlace } from './elf-symbols.ts';

/** `debug/gosym`: of Go 1.18 and 1.19, and of 1.20 and later. */
const MAGICS = [0xfffffff0, 0xfffffff1];
const POINTER_BYTES = 8;
const HEADER_BYTES = 72;
const FUNCTIONS_MAX = 4_000_000;
const ENTRY_BYTES = 8;
const MODULE_SECTIONS = ['.go.module', '.noptrdata', '.data', '.data.rel.ro'];
/** `runtime.moduledata`: a pointer to the header, six slices, a pointer; then where code begins. */
const MODULE_MIN_PC = POINTER_BYTES * 20;
const MODULE_BYTES = POINTER_BYTES * 24;
const CODE_BYTES_CHECKED = 24;

/**
 * Functions of a Go program (1.18 or later) by their full names, from the table its run time needs
 * for tracebacks: stripping leaves it.
 */
export function findGoFunctions(
  elf: ElfFile,
  names: readonly string[],
): ReadonlyMap<string, CodePlace> {
  const section = elf.section('.gopclntab') ?? elf.section('.data.rel.ro.gopclntab');
  if (section === undefined) return new Map();
  const table = elf.bytes(section);
  const layout = layoutOf(table);
  if (layout === undefined) return new Map();
  const wanted = nameOffsets(table, layout, names);
  if (wanted.size === 0) return new Map();
  const places = placesOf(table, layout, wanted);
  return located(elf, { section, table, layout, places });
}

interface Layout {
  readonly functions: number;
  /** 0: the linker left it to be found elsewhere (Go 1.26). */
  readonly textStart: number;
  readonly namesAt: number;
  readonly namesEnd: number;
  readonly entriesAt: number;
}

function layoutOf(table: Buffer): Layout | undefined {
  if (table.length < HEADER_BYTES || !MAGICS.includes(table.readUInt32LE(0))) return undefined;
  if (table[7] !== POINTER_BYTES) return undefined;
  const functions = readU64(table, 8);
  const [textStart, namesAt] = [readU64(table, 24), readU64(table, 32)];
  const [namesEnd, entriesAt] = [readU64(table, 40), readU64(table, 64)];
  const isSound =
    functions > 0 &&
    functions <= FUNCTIONS_MAX &&
    textStart >= 0 &&
    namesAt < namesEnd &&
    namesEnd <= table.length &&
    entriesAt + (functions + 1) * ENTRY_BYTES <= table.length;
  return isSound ? { functions, textStart, namesAt, namesEnd, entriesAt } : undefined;
}

function nameOffsets(
  table: Buffer,
  { namesAt, namesEnd }: Layout,
  names: readonly string[],
): ReadonlyMap<number, string> {
  const all = table.subarray(namesAt, namesEnd);
  const offsets = new Map<number, string>();
  for (const name of names) {
    const at = all.indexOf(Buffer.from(`\0${name}\0`, 'latin1'));
    if (at >= 0) offsets.set(at + 1, name);
  }
  return offsets;
}

/** Addresses relative to where code begins. */
function placesOf(
  table: Buffer,
  { functions, entriesAt }: Layout,
  wanted: ReadonlyMap<number, string>,
): ReadonlyMap<string, CodePlace> {
  const places = new Map<string, CodePlace>();
  for (let i = 0; i < functions; i++) {
    const at = entriesAt + i * ENTRY_BYTES;
    const informationAt = entriesAt + table.readUInt32LE(at + 4);
    if (informationAt + 8 > table.length) continue;
    const name = wanted.get(table.readUInt32LE(informationAt + 4));
    if (name === undefined) continue;
    const address = table.readUInt32LE(at);
    places.set(name, { address, size: table.readUInt32LE(at + ENTRY_BYTES) - address });
  }
  return places;
}

interface Found {
  readonly section: ElfSection;
  readonly table: Buffer;
  readonly layout: Layout;
  readonly places: ReadonlyMap<string, CodePlace>;
}

/** Places as addresses, with the first beginning of code under which all look like functions. */
function located(elf: ElfFile, found: Found): ReadonlyMap<string, CodePlace> {
  const { layout, places } = found;
  const text = elf.section('.text')?.address;
  for (const base of [layout.textStart, moduleText(elf, found), text]) {
    if (base === undefined || base === 0) continue;
    const addressed = new Map<string, CodePlace>();
    for (const [name, { address, size }] of places) {
      addressed.set(name, { address: base + address, size });
    }
    if ([...addressed.values()].every((place) => checksStack(elf, place))) return addressed;
  }
  return new Map();
}

/** Where code begins by the module data, which begins with the address of the table. */
function moduleText(elf: ElfFile, { section, table, layout }: Found): number | undefined {
  const pointer = Buffer.alloc(POINTER_BYTES);
  pointer.writeBigUInt64LE(BigInt(section.address));
  const first = table.readUInt32LE(layout.entriesAt);
  for (const name of MODULE_SECTIONS) {
    const holder = elf.section(name);
    if (holder === undefined) continue;
    const bytes = elf.bytes(holder);
    const at = bytes.indexOf(pointer);
    if (at < 0 || at + MODULE_BYTES > bytes.length) continue;
    return readU64(bytes, at + MODULE_MIN_PC) - first;
  }
  return undefined;
}

/** Functions of Go begin with a look at how much stack is left: `cmp ..., 0x10(%r14)`. */
function checksStack(elf: ElfFile, { address }: CodePlace): boolean {
  const code = elf.code(address, CODE_BYTES_CHECKED);
  return [
    [0x49, 0x3b, 0x66, 0x10],
    [0x4d, 0x3b, 0x66, 0x10],
  ].some((compare) => code.includes(Buffer.from(compare)));
}
