import { AnyValueType } from '../columns/any-value-type.ts';
import type { IndexList } from '../columns/index-list.ts';
import type { ProfileDictionary } from '../columns/profile-dictionary.ts';
import type { DictionaryTable } from '../columns/row-table.ts';
import type { ReverseWriter } from '../protobuf/reverse-writer.ts';
import { writeId, writeValueField } from './values.ts';

/** Room for the fields of fixed size of an entry. */
const FIELDS_BYTES_MAX = 96;

/**
 * The dictionaries of some requests as one. Indexes of a single request stay as they were sent; of
 * several they move by what stands before them, 0 stays 0, and what leads nowhere becomes 0.
 */
export class JoinedDictionary {
  readonly #dictionary: ProfileDictionary;
  readonly #segments: readonly number[];
  /** By table: how far the indexes of each segment move. */
  readonly #moves = new Map<DictionaryTable, Map<number, number>>();

  /** `segments` in their order. */
  constructor(dictionary: ProfileDictionary, segments: readonly number[]) {
    this.#dictionary = dictionary;
    this.#segments = segments;
    for (const table of dictionary.tables) {
      const moves = new Map<number, number>();
      let before = 0;
      for (const segment of segments) {
        moves.set(segment, before);
        before += table.segmentEnd[segment] - table.segmentStart(segment);
      }
      this.#moves.set(table, moves);
    }
  }

  index(table: DictionaryTable, segment: number, index: number): number {
    if (this.#segments.length === 1 || index === 0) return index;
    if (table.rowOf(segment, index) < 0) return 0;
    return index + (this.#moves.get(table)?.get(segment) ?? 0);
  }

  /** A packed list of indexes in `table`, as a field; nothing for none. */
  writeIndices(
    writer: ReverseWriter,
    tag: number,
    list: IndexList,
    row: number,
    target: { readonly table: DictionaryTable; readonly segment: number },
  ): void {
    const { indices, end } = list;
    const from = row === 0 ? 0 : end[row * 2 - 2];
    const to = end[row * 2];
    if (from === to) return;
    writer.reserve((to - from) * 10 + 10);
    const before = writer.length;
    for (let i = to - 1; i >= from; i--) {
      const index = indices.view.getInt32(i * 4, true);
      writer.int32(this.index(target.table, target.segment, index));
    }
    writer.close(before, tag);
  }

  /** The fields of `ProfilesDictionary`, last to first. */
  write(writer: ReverseWriter): void {
    const { mappings, locations, functions, links, strings, attributes, stacks } = this.#dictionary;
    this.#writeTable(writer, 0x3a, stacks, (segment, row) =>
      this.writeIndices(writer, 0x0a, stacks.locations, row, { table: locations, segment }),
    );
    this.#writeTable(writer, 0x32, attributes, (s, row) => this.#writeAttribute(writer, s, row));
    this.#writeStrings(writer);
    this.#writeTable(writer, 0x22, links, (_, row) => {
      writer.reserve(FIELDS_BYTES_MAX);
      writeId(writer, 0x12, links.spanIdView, row, 8);
      writeId(writer, 0x0a, links.traceIdView, row, 16);
    });
    this.#writeTable(writer, 0x1a, functions, (segment, row) => {
      writer.reserve(FIELDS_BYTES_MAX);
      writeInt64(writer, 0x20, functions.startLine, row);
      writeIndex(writer, 0x18, this.index(strings, segment, functions.filename[row]));
      writeIndex(writer, 0x10, this.index(strings, segment, functions.systemName[row]));
      writeIndex(writer, 0x08, this.index(strings, segment, functions.name[row]));
    });
    this.#writeTable(writer, 0x12, locations, (s, row) => this.#writeLocation(writer, s, row));
    this.#writeTable(writer, 0x0a, mappings, (s, row) => this.#writeMapping(writer, s, row));
  }

  #writeTable(
    writer: ReverseWriter,
    tag: number,
    table: DictionaryTable,
    writeRow: (segment: number, row: number) => void,
  ): void {
    for (const segment of this.#segments.toReversed()) {
      for (let row = table.segmentEnd[segment] - 1; row >= table.segmentStart(segment); row--) {
        const before = writer.length;
        writeRow(segment, row);
        writer.close(before, tag);
      }
    }
  }

  /** Length and bytes lie in the dictionary as the field wants them. */
  #writeStrings(writer: ReverseWriter): void {
    const { strings } = this.#dictionary;
    const { run, offset } = strings.dictionary;
    for (const segment of this.#segments.toReversed()) {
      for (let row = strings.segmentEnd[segment] - 1; row >= strings.segmentStart(segment); row--) {
        const id = strings.id[row];
        const start = id === 0 ? 0 : offset[id];
        const end = id === 0 ? 1 : offset[id + 1];
        writer.reserve(end - start + 1);
        writer.copy(run.bytes, run.view, start, end);
        writer.byte(0x2a);
      }
    }
  }

  #writeAttribute(writer: ReverseWriter, segment: number, row: number): void {
    const { attributes, strings } = this.#dictionary;
    writer.reserve(FIELDS_BYTES_MAX);
    writeIndex(writer, 0x18, this.index(strings, segment, attributes.unit[row]));
    const { type, value, key } = attributes;
    if (type[row] !== AnyValueType.empty)
      writeValueField(writer, type[row], value.run, value.start[row]);
    writer.reserve(FIELDS_BYTES_MAX);
    writeIndex(writer, 0x08, this.index(strings, segment, key[row]));
  }

  #writeLocation(writer: ReverseWriter, segment: number, row: number): void {
    const { locations, mappings, functions, attributes } = this.#dictionary;
    const { lines, lineEnd } = locations;
    const table = attributes;
    this.writeIndices(writer, 0x22, locations.attributes, row, { table, segment });
    const from = row === 0 ? 0 : lineEnd[row * 2 - 2];
    for (let i = lineEnd[row * 2] - 1; i >= from; i--) {
      writer.reserve(FIELDS_BYTES_MAX);
      const before = writer.length;
      writeInt64(writer, 0x18, lines.column, i);
      writeInt64(writer, 0x10, lines.line, i);
      writeIndex(writer, 0x08, this.index(functions, segment, lines.function[i]));
      writer.close(before, 0x1a);
    }
    writer.reserve(FIELDS_BYTES_MAX);
    writeInt64(writer, 0x10, locations.address, row);
    writeIndex(writer, 0x08, this.index(mappings, segment, locations.mapping[row]));
  }

  #writeMapping(writer: ReverseWriter, segment: number, row: number): void {
    const { mappings, strings, attributes } = this.#dictionary;
    const table = attributes;
    this.writeIndices(writer, 0x2a, mappings.attributes, row, { table, segment });
    writer.reserve(FIELDS_BYTES_MAX);
    writeIndex(writer, 0x20, this.index(strings, segment, mappings.filename[row]));
    writeInt64(writer, 0x18, mappings.fileOffset, row);
    writeInt64(writer, 0x10, mappings.memoryLimit, row);
    writeInt64(writer, 0x08, mappings.memoryStart, row);
  }
}

/** An `int32`; nothing for 0. The writer has room. */
export function writeIndex(writer: ReverseWriter, tag: number, index: number): void {
  if (index === 0) return;
  writer.int32(index);
  writer.byte(tag);
}

/** A 64-bit varint of two words; nothing for 0. The writer has room. */
export function writeInt64(
  writer: ReverseWriter,
  tag: number,
  column: Int32Array,
  row: number,
): void {
  const low = column[row * 2];
  const high = column[row * 2 + 1];
  if ((low | high) === 0) return;
  writer.varint64(low, high);
  writer.byte(tag);
}
