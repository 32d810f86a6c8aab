import { closeSync, openSync, readSync } from 'node:fs';
import { type ReadBytes, SectionWindow } from './section-window.ts';

export interface ElfSection {
  readonly name: string;
  /** `SHT_`: 2 symbols, 11 dynamic symbols. */
  readonly type: number;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** Of symbols the section with their names. */
  readonly link: number;
}

/** Where in a section something is looked for: all of it without. Bytes from its beginning. */
export interface SectionRange {
  readonly from: number;
  readonly to: number;
}

/** Part of a section, from `at` on. */
export interface SectionPiece {
  readonly at: number;
  readonly bytes: Buffer;
}

interface ElfSegment {
  readonly offset: number;
  readonly address: number;
  readonly size: number;
  readonly isExecutable: boolean;
}

const HEADER_BYTES = 64;
const SECTION_BYTES = 64;
const SEGMENT_BYTES = 56;
const SECTIONS_MAX = 1_024;
const SEGMENTS_MAX = 128;
const SHSTRTAB_BYTES_MAX = 65_536;
/** One section that is gone through. Bytes. */
const SECTION_BYTES_MAX = 96 * 1024 * 1024;

/** A multiple of what an entry of a table of symbols has. */
const PIECE_BYTES = 24 * 16_384;

const CLASS_64 = 2;
const LITTLE_ENDIAN = 1;
const MACHINE_X86_64 = 62;
const PT_LOAD = 1;
const PF_X = 1;
const SHT_NOBITS = 8;

/** Runs `use` on an ELF file of x86-64; undefined when it is none, damaged, or cannot be read. */
export function withElfFile<T>(path: string, use: (elf: ElfFile) => T): T | undefined {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    // Gone, or not ours to read: as if it were no program.
    return undefined;
  }
  try {
    const elf = ElfFile.parse((offset, length, into) => {
      return readAll({ fd, offset, length }, into ?? Buffer.allocUnsafe(length));
    });
    return elf === undefined ? undefined : use(elf);
  } catch {
    // The disk, or a table that ends where an entry of it begins: as if it were no program.
    return undefined;
  } finally {
    closeSync(fd);
  }
}

/** Pieces of sections come in the same memory: a host has hundreds of libraries. */
const PIECE = Buffer.allocUnsafeSlow(PIECE_BYTES);

interface Wanted {
  readonly fd: number;
  readonly offset: number;
  readonly length: number;
}

function readAll({ fd, offset, length }: Wanted, bytes: Buffer): Buffer {
  let filled = 0;
  while (filled < length) {
    const read = readSync(fd, bytes, filled, length - filled, offset + filled);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

/** A 64-bit number; not a number beyond what is exact, so that every comparison with it fails. */
export function readU64(bytes: Buffer, at: number): number {
  const high = bytes.readUInt32LE(at + 4);
  return high >= 2 ** 21 ? Number.NaN : bytes.readUInt32LE(at) + high * 2 ** 32;
}

/** Sections and segments of an executable or library (elf(5)); what it says is trusted nowhere. */
export class ElfFile {
  readonly sections: readonly ElfSection[];
  readonly #segments: readonly ElfSegment[];
  readonly #read: ReadBytes;

  private constructor(
    read: ReadBytes,
    sections: readonly ElfSection[],
    segments: readonly ElfSegment[],
  ) {
    this.#read = read;
    this.sections = sections;
    this.#segments = segments;
  }

  static parse(read: ReadBytes): ElfFile | undefined {
    const header = read(0, HEADER_BYTES);
    const isElf =
      header.length === HEADER_BYTES &&
      header.readUInt32BE(0) === 0x7f454c46 &&
      header[4] === CLASS_64 &&
      header[5] === LITTLE_ENDIAN &&
      header.readUInt16LE(18) === MACHINE_X86_64 &&
      header.readUInt16LE(54) === SEGMENT_BYTES;
    if (!isElf) return undefined;
    return new ElfFile(read, sectionsOf(read, header), segmentsOf(read, header));
  }

  section(name: string): ElfSection | undefined {
    return this.sections.find((section) => section.name === name);
  }

  /**
   * A section, or a range of it, in pieces, each `overlap` bytes into the one before; a piece is valid
   * until the next. Tables of symbols have tens of megabytes: read whole they would stay in the
   * agent's memory.
   */
  *pieces(
    section: ElfSection,
    overlap: number,
    { from, to }: SectionRange = { from: 0, to: section.size },
  ): Generator<SectionPiece> {
    if (!isInFile(section)) return;
    const end = Math.min(to, section.size);
    for (let at = from; at < end; at += PIECE_BYTES - overlap) {
      yield { at, bytes: this.#read(section.offset + at, Math.min(PIECE_BYTES, end - at), PIECE) };
      if (at + PIECE_BYTES >= end) return;
    }
  }

  /** Numbers anywhere in a section; undefined when it is too large, or not in the file. */
  window(section: ElfSection): SectionWindow | undefined {
    return isInFile(section) ? new SectionWindow(this.#read, section) : undefined;
  }

  /** Where in the file code of that address is; undefined when it is not code. */
  codeOffset(address: number): number | undefined {
    const segment = this.#segments.find(
      (one) => one.isExecutable && address >= one.address && address < one.address + one.size,
    );
    return segment === undefined ? undefined : address - segment.address + segment.offset;
  }

  /** Code from an address on, at most `length` bytes. */
  code(address: number, length: number): Buffer {
    const offset = this.codeOffset(address);
    return offset === undefined ? Buffer.alloc(0) : this.#read(offset, length);
  }
}

function isInFile({ offset, size, type }: ElfSection): boolean {
  return type !== SHT_NOBITS && offset >= 0 && size > 0 && size <= SECTION_BYTES_MAX;
}

function segmentsOf(read: ReadBytes, header: Buffer): readonly ElfSegment[] {
  const count = Math.min(header.readUInt16LE(56), SEGMENTS_MAX);
  const table = tableOf(read, readU64(header, 32), count * SEGMENT_BYTES);
  const segments: ElfSegment[] = [];
  for (let at = 0; at + SEGMENT_BYTES <= table.length; at += SEGMENT_BYTES) {
    if (table.readUInt32LE(at) !== PT_LOAD) continue;
    segments.push({
      isExecutable: (table.readUInt32LE(at + 4) & PF_X) !== 0,
      offset: readU64(table, at + 8),
      address: readU64(table, at + 16),
      size: readU64(table, at + 32),
    });
  }
  return segments;
}

function sectionsOf(read: ReadBytes, header: Buffer): readonly ElfSection[] {
  if (header.readUInt16LE(58) !== SECTION_BYTES) return [];
  const count = Math.min(header.readUInt16LE(60), SECTIONS_MAX);
  const table = tableOf(read, readU64(header, 40), count * SECTION_BYTES);
  const namesAt = header.readUInt16LE(62) * SECTION_BYTES;
  if (namesAt + SECTION_BYTES > table.length) return [];
  const namesSize = Math.min(readU64(table, namesAt + 32), SHSTRTAB_BYTES_MAX);
  const names = tableOf(read, readU64(table, namesAt + 24), namesSize);
  const sections: ElfSection[] = [];
  for (let at = 0; at + SECTION_BYTES <= table.length; at += SECTION_BYTES) {
    sections.push({
      name: zeroEnded(names, table.readUInt32LE(at)),
      type: table.readUInt32LE(at + 4),
      address: readU64(table, at + 16),
      offset: readU64(table, at + 24),
      size: readU64(table, at + 32),
      link: table.readUInt32LE(at + 40),
    });
  }
  return sections;
}

function tableOf(read: ReadBytes, offset: number, length: number): Buffer {
  return Number.isSafeInteger(offset) && length > 0 ? read(offset, length) : Buffer.alloc(0);
}

function zeroEnded(names: Buffer, at: number): string {
  if (at >= names.length) return '';
  const end = names.indexOf(0, at);
  return names.toString('latin1', at, end < 0 ? names.length : end);
}
