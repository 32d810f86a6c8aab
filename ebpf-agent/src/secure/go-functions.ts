import { type ElfFile, type ElfSection, readU64 } from './elf-file.ts';
import type { CodePlace } from './elf-symbols.ts';
import type { SectionWindow } from './section-window.ts';

/** `debug/gosym`: of Go 1.18 and 1.19, and of 1.20 and later. */
const MAGICS = [0xfffffff0, 0xfffffff1];
const POINTER_BYTES = 8;
const HEADER_BYTES = 72;
const FUNCTIONS_MAX = 4_000_000;
/** No name that is looked for is longer, with its ends. */
const NAME_BYTES_MAX = 64;
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
  // Two, because what is read from them in turn lies megabytes apart.
  const [entries, informations] = [elf.window(section), elf.window(section)];
  if (entries === undefined || informations === undefined) return new Map();
  const layout = layoutOf(entries, section.size);
  if (layout === undefined) return new Map();
  const wanted = nameOffsets(elf, section, { layout, names });
  if (wanted.size === 0) return new Map();
  const places = placesOf({ entries, informations }, layout, wanted);
  const firstFunction = entries.u32(layout.entriesAt);
  return located(elf, { section, firstFunction, layout, places });
}

interface Layout {
  readonly functions: number;
  /** 0: the linker left it to be found elsewhere (Go 1.26). */
  readonly textStart: number;
  readonly namesAt: number;
  readonly namesEnd: number;
  readonly entriesAt: number;
}

function layoutOf(table: SectionWindow, bytes: number): Layout | undefined {
  if (bytes < HEADER_BYTES || !MAGICS.includes(table.u32(0))) return undefined;
  // Two zeros, the least size of an instruction, the size of a pointer.
  if (table.u32(4) >>> 24 !== POINTER_BYTES) return undefined;
  const functions = table.u64(8);
  const [textStart, namesAt] = [table.u64(24), table.u64(32)];
  const [namesEnd, entriesAt] = [table.u64(40), table.u64(64)];
  const isSound =
    functions > 0 &&
    functions <= FUNCTIONS_MAX &&
    textStart >= 0 &&
    namesAt < namesEnd &&
    namesEnd <= bytes &&
    entriesAt + (functions + 1) * ENTRY_BYTES <= bytes;
  return isSound ? { functions, textStart, namesAt, namesEnd, entriesAt } : undefined;
}

function nameOffsets(
  elf: ElfFile,
  section: ElfSection,
  { layout, names }: { readonly layout: Layout; readonly names: readonly string[] },
): ReadonlyMap<number, string> {
  const { namesAt: from, namesEnd: to } = layout;
  const wanted = names.map((name) => ({ name, bytes: Buffer.from(`\0${name}\0`, 'latin1') }));
  const offsets = new Map<number, string>();
  for (const piece of elf.pieces(section, NAME_BYTES_MAX, { from, to })) {
    for (const { name, bytes } of wanted) {
      const at = piece.bytes.indexOf(bytes);
      if (at >= 0) offsets.set(piece.at - from + at + 1, name);
    }
  }
  return offsets;
}

interface Tables {
  readonly entries: SectionWindow;
  readonly informations: SectionWindow;
}

/** Addresses relative to where code begins. */
function placesOf(
  { entries, informations }: Tables,
  { functions, entriesAt }: Layout,
  wanted: ReadonlyMap<number, string>,
): ReadonlyMap<string, CodePlace> {
  const places = new Map<string, CodePlace>();
  for (let i = 0; i < functions && places.size < wanted.size; i++) {
    const at = entriesAt + i * ENTRY_BYTES;
    const name = wanted.get(informations.u32(entriesAt + entries.u32(at + 4) + 4));
    if (name === undefined) continue;
    const address = entries.u32(at);
    places.set(name, { address, size: entries.u32(at + ENTRY_BYTES) - address });
  }
  return places;
}

interface Found {
  readonly section: ElfSection;
  /** Relative to where code begins. */
  readonly firstFunction: number;
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
function moduleText(elf: ElfFile, { section, firstFunction }: Found): number | undefined {
  const pointer = Buffer.alloc(POINTER_BYTES);
  pointer.writeBigUInt64LE(BigInt(section.address));
  for (const name of MODULE_SECTIONS) {
    const holder = elf.section(name);
    if (holder === undefined) continue;
    for (const { bytes } of elf.pieces(holder, MODULE_BYTES)) {
      const at = bytes.indexOf(pointer);
      if (at < 0 || at + MODULE_BYTES > bytes.length) continue;
      return readU64(bytes, at + MODULE_MIN_PC) - firstFunction;
    }
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
