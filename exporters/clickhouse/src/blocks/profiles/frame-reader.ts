import type { ProfileColumns } from '@sonde/proto';
import type { ValueRow } from '../value-rows.ts';
import {
  attributeValues,
  contentId,
  indexesOf,
  int64At,
  stringAt,
  uint64At,
} from './dictionary-values.ts';

/** A row of a dictionary of the store, and what it is named by. */
export interface Content {
  readonly id: bigint;
  readonly row: ValueRow;
}

export interface LocationContent extends Content {
  readonly mapping: Content | undefined;
  /** A text a line, the innermost inlined function first. */
  readonly frames: readonly string[];
}

export interface StackContent extends Content {
  readonly locations: readonly LocationContent[];
}

/** Reads the stacks of a batch's dictionaries, each once. */
export class FrameReader {
  readonly #columns: ProfileColumns;
  readonly #stacks = new Map<number, StackContent>();
  readonly #locations = new Map<number, LocationContent>();
  readonly #mappings = new Map<number, Content>();

  constructor(columns: ProfileColumns) {
    this.#columns = columns;
  }

  /** Undefined for an index that is in no table, and for a stack of nothing. */
  stack(segment: number, index: number): StackContent | undefined {
    const row = this.#columns.dictionary.stacks.rowOf(segment, index);
    if (row < 0) return undefined;
    const known = this.#stacks.get(row) ?? this.#readStack(segment, row);
    this.#stacks.set(row, known);
    return known.locations.length === 0 ? undefined : known;
  }

  #readStack(segment: number, row: number): StackContent {
    const locations: LocationContent[] = [];
    for (const index of indexesOf(this.#columns.dictionary.stacks.locations, row)) {
      const location = this.#location(segment, index);
      if (location !== undefined) locations.push(location);
    }
    const ids = locations.map(({ id }) => id);
    const frames = locations.flatMap((location) => location.frames);
    const id = contentId('stack', ids);
    return { id, row: { stack: id, frames, locations: ids }, locations };
  }

  #location(segment: number, index: number): LocationContent | undefined {
    const row = this.#columns.dictionary.locations.rowOf(segment, index);
    if (row < 0) return undefined;
    const known = this.#locations.get(row) ?? this.#readLocation(segment, row);
    this.#locations.set(row, known);
    return known;
  }

  #readLocation(segment: number, row: number): LocationContent {
    const { locations } = this.#columns.dictionary;
    const mapping = this.#mapping(segment, locations.mapping[row]);
    const lines = this.#lines(segment, row);
    const content = {
      mapping: mapping?.id ?? 0n,
      address: uint64At(locations.address, row),
      function_names: lines.map((line) => line.name),
      function_system_names: lines.map((line) => line.systemName),
      function_filenames: lines.map((line) => line.filename),
      function_start_lines: lines.map((line) => line.startLine),
      lines: lines.map((line) => line.line),
      columns: lines.map((line) => line.column),
      ...attributeValues(this.#columns, segment, { list: locations.attributes, row }),
    };
    const id = contentId('location', Object.values(content));
    const place = placeText(mapping, content.address);
    const names = lines.map((line) => line.name || line.systemName || place);
    const frames = names.length === 0 ? [place] : names;
    return { id, row: { location: id, ...content }, mapping, frames };
  }

  #lines(segment: number, location: number): readonly Line[] {
    const { locations, functions } = this.#columns.dictionary;
    const { lines, lineEnd } = locations;
    const found: Line[] = [];
    const start = location === 0 ? 0 : lineEnd[location * 2 - 2];
    for (let line = start; line < lineEnd[location * 2]; line++) {
      const row = functions.rowOf(segment, lines.function[line]);
      const text = (index: Int32Array): string =>
        row < 0 ? '' : stringAt(this.#columns, segment, index[row]);
      found.push({
        name: text(functions.name),
        systemName: text(functions.systemName),
        filename: text(functions.filename),
        startLine: row < 0 ? 0n : int64At(functions.startLine, row),
        line: int64At(lines.line, line),
        column: int64At(lines.column, line),
      });
    }
    return found;
  }

  #mapping(segment: number, index: number): Content | undefined {
    const { mappings } = this.#columns.dictionary;
    const row = mappings.rowOf(segment, index);
    // Entry 0 of every table means that there is none.
    if (row < 0 || index === 0) return undefined;
    const known = this.#mappings.get(row);
    if (known !== undefined) return known;
    const content = {
      memory_start: uint64At(mappings.memoryStart, row),
      memory_limit: uint64At(mappings.memoryLimit, row),
      file_offset: uint64At(mappings.fileOffset, row),
      filename: stringAt(this.#columns, segment, mappings.filename[row]),
      ...attributeValues(this.#columns, segment, { list: mappings.attributes, row }),
    };
    const id = contentId('mapping', Object.values(content));
    const read = { id, row: { mapping: id, ...content } };
    this.#mappings.set(row, read);
    return read;
  }
}

interface Line {
  readonly name: string;
  readonly systemName: string;
  readonly filename: string;
  readonly startLine: bigint;
  readonly line: bigint;
  readonly column: bigint;
}

/** `file+0xaddress` of a frame that nobody gave a name. */
function placeText(mapping: Content | undefined, address: bigint): string {
  const hex = `0x${address.toString(16)}`;
  const filename = mapping?.row['filename'];
  if (typeof filename !== 'string' || filename === '') return hex;
  return `${filename.slice(filename.lastIndexOf('/') + 1)}+${hex}`;
}
