import { Dictionary } from './dictionary.ts';
import {
  growInt32,
  growUint8,
  growUint32,
  NO_INT32,
  NO_UINT8,
  NO_UINT32,
  NO_VIEW,
} from './grow.ts';
import { IndexList } from './index-list.ts';
import { DictionaryTable, RowTable } from './row-table.ts';
import { viewOf } from './slab.ts';
import { StringColumn } from './string-column.ts';

/** `Mapping`: an executable, library or file mapped into memory. Addresses are u64 in two words. */
export class MappingTable extends DictionaryTable {
  memoryStart: Int32Array = NO_INT32;
  memoryLimit: Int32Array = NO_INT32;
  fileOffset: Int32Array = NO_INT32;
  /** Index in the request's strings. */
  filename: Int32Array = NO_INT32;
  readonly attributes: IndexList = new IndexList(64);

  override growTo(rows: number): void {
    super.growTo(rows);
    this.memoryStart = growInt32(this.memoryStart, rows * 2);
    this.memoryLimit = growInt32(this.memoryLimit, rows * 2);
    this.fileOffset = growInt32(this.fileOffset, rows * 2);
    this.filename = growInt32(this.filename, rows);
    this.attributes.growRows(rows);
  }

  override mark(): void {
    super.mark();
    this.attributes.mark();
  }

  override rollback(): void {
    super.rollback();
    this.attributes.rollback();
  }

  override reset(): void {
    super.reset();
    this.attributes.reset();
  }
}

/** `Line`: the lines of all locations, flat. */
export class LineTable extends RowTable {
  function: Int32Array = NO_INT32;
  /** i64 in two words, as `column`. */
  line: Int32Array = NO_INT32;
  column: Int32Array = NO_INT32;

  override growTo(rows: number): void {
    super.growTo(rows);
    this.function = growInt32(this.function, rows);
    this.line = growInt32(this.line, rows * 2);
    this.column = growInt32(this.column, rows * 2);
  }
}

/** `Location`: an address, with more than one line where functions were inlined (leaf first). */
export class LocationTable extends DictionaryTable {
  mapping: Int32Array = NO_INT32;
  address: Int32Array = NO_INT32;
  readonly lines: LineTable = new LineTable();
  lineEnd: Uint32Array = NO_UINT32;
  readonly attributes: IndexList = new IndexList(64);

  override growTo(rows: number): void {
    super.growTo(rows);
    this.mapping = growInt32(this.mapping, rows);
    this.address = growInt32(this.address, rows * 2);
    this.lineEnd = growUint32(this.lineEnd, rows * 2);
    this.attributes.growRows(rows);
  }

  override mark(): void {
    super.mark();
    this.lines.mark();
    this.attributes.mark();
  }

  override rollback(): void {
    super.rollback();
    this.lines.rollback();
    this.attributes.rollback();
  }

  override reset(): void {
    super.reset();
    this.lines.reset();
    this.attributes.reset();
  }
}

/** `Function`; names are indexes in the request's strings. */
export class FunctionTable extends DictionaryTable {
  name: Int32Array = NO_INT32;
  systemName: Int32Array = NO_INT32;
  filename: Int32Array = NO_INT32;
  startLine: Int32Array = NO_INT32;

  override growTo(rows: number): void {
    super.growTo(rows);
    this.name = growInt32(this.name, rows);
    this.systemName = growInt32(this.systemName, rows);
    this.filename = growInt32(this.filename, rows);
    this.startLine = growInt32(this.startLine, rows * 2);
  }
}

/** `Link`: the span in which a sample was taken. */
export class LinkTable extends DictionaryTable {
  traceId: Uint8Array = NO_UINT8;
  traceIdView: DataView = NO_VIEW;
  spanId: Uint8Array = NO_UINT8;
  spanIdView: DataView = NO_VIEW;

  override growTo(rows: number): void {
    super.growTo(rows);
    this.traceId = growUint8(this.traceId, rows * 16);
    this.traceIdView = viewOf(this.traceId);
    this.spanId = growUint8(this.spanId, rows * 8);
    this.spanIdView = viewOf(this.spanId);
  }
}

/** The strings of the requests: an index of a request leads to an id of the batch's dictionary. */
export class StringTable extends DictionaryTable {
  /** Ids in `dictionary`. */
  id: Uint32Array = NO_UINT32;
  readonly dictionary: Dictionary = Dictionary.whenNeeded(64, 1 << 11);

  override growTo(rows: number): void {
    super.growTo(rows);
    this.id = growUint32(this.id, rows);
  }

  override mark(): void {
    super.mark();
    this.dictionary.mark();
  }

  override rollback(): void {
    super.rollback();
    this.dictionary.rollback();
  }

  override reset(): void {
    super.reset();
    this.dictionary.reset();
  }
}

/** `KeyValueAndUnit`; the value as in `AttributeList`, key and unit as indexes of strings. */
export class AttributeTable extends DictionaryTable {
  key: Int32Array = NO_INT32;
  unit: Int32Array = NO_INT32;
  /** `AnyValueType`. */
  type: Uint8Array = NO_UINT8;
  readonly value: StringColumn = new StringColumn(0, 1 << 10);

  override growTo(rows: number): void {
    super.growTo(rows);
    this.key = growInt32(this.key, rows);
    this.unit = growInt32(this.unit, rows);
    this.type = growUint8(this.type, rows);
    this.value.growRows(rows);
  }

  override mark(): void {
    super.mark();
    this.value.mark();
  }

  override rollback(): void {
    super.rollback();
    this.value.rollback();
  }

  override reset(): void {
    super.reset();
    this.value.reset();
  }
}

/** `Stack`: locations, the leaf first. */
export class StackTable extends DictionaryTable {
  readonly locations: IndexList = new IndexList(1 << 10);

  override growTo(rows: number): void {
    super.growTo(rows);
    this.locations.growRows(rows);
  }

  override mark(): void {
    super.mark();
    this.locations.mark();
  }

  override rollback(): void {
    super.rollback();
    this.locations.rollback();
  }

  override reset(): void {
    super.reset();
    this.locations.reset();
  }
}

/**
 * The dictionaries of all requests of a batch, one behind the other. Nothing in them is rewritten:
 * an index counts from where the tables of its request start (`DictionaryTable.rowOf`).
 */
export class ProfileDictionary {
  readonly mappings: MappingTable = new MappingTable();
  readonly locations: LocationTable = new LocationTable();
  readonly functions: FunctionTable = new FunctionTable();
  readonly links: LinkTable = new LinkTable();
  readonly strings: StringTable = new StringTable();
  readonly attributes: AttributeTable = new AttributeTable();
  readonly stacks: StackTable = new StackTable();
  readonly tables: readonly DictionaryTable[] = [
    this.mappings,
    this.locations,
    this.functions,
    this.links,
    this.strings,
    this.attributes,
    this.stacks,
  ];

  endSegment(segment: number): void {
    for (const table of this.tables) table.endSegment(segment);
  }

  mark(): void {
    for (const table of this.tables) table.mark();
  }

  rollback(): void {
    for (const table of this.tables) table.rollback();
  }

  reset(): void {
    for (const table of this.tables) table.reset();
  }
}
