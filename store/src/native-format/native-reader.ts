import { type NativeType, parseType } from './native-type.ts';
import { readVarint } from './scalars.ts';

export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  /**
   * A value a row: `number` up to 32 bits and for floats, `bigint` for 64-bit integers and
   * `DateTime64` (ticks), `Uint8Array` for strings, arrays for arrays, arrays of pairs for maps.
   */
  readonly values: readonly unknown[];
}

export interface NativeBlock {
  readonly rows: number;
  readonly columns: readonly NativeColumn[];
}

/**
 * Reads blocks of the Native format (protocol revision 0) as plain values: the slow and obvious way,
 * for tests and tools. Throws `RangeError` for types that Sonde's schema does not have.
 */
export function readNativeBlocks(bytes: Uint8Array): readonly NativeBlock[] {
  const input = new NativeInput(bytes);
  const blocks: NativeBlock[] = [];
  while (!input.atEnd()) {
    const columnCount = input.varint();
    const rows = input.varint();
    const columns: NativeColumn[] = [];
    for (let i = 0; i < columnCount; i++) {
      const name = input.text();
      const type = input.text();
      const parsed = parseType(type);
      if (rows > 0) readPrefix(input, parsed);
      columns.push({ name, type, values: readValues(input, parsed, rows) });
    }
    blocks.push({ rows, columns });
  }
  return blocks;
}

class NativeInput {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  atEnd(): boolean {
    return this.#position >= this.#bytes.length;
  }

  varint(): number {
    const { value, next } = readVarint(this.#bytes, this.#position);
    this.#position = next;
    return value;
  }

  take(length: number): Uint8Array {
    const end = this.#position + length;
    if (end > this.#bytes.length) throw new RangeError(`block ends before byte ${end}`);
    const part = this.#bytes.slice(this.#position, end);
    this.#position = end;
    return part;
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.varint()));
  }

  /** Reads `count` numbers of `widthBytes` with `read`. */
  numbers<Value>(
    count: number,
    widthBytes: number,
    read: (view: DataView, at: number) => Value,
  ): Value[] {
    const values: Value[] = [];
    for (let i = 0; i < count; i++) {
      values.push(read(this.#view, this.#position));
      this.#position += widthBytes;
    }
    return values;
  }

  uint64(count: number): number[] {
    return this.numbers(count, 8, (view, at) => Number(view.getBigUint64(at, true)));
  }
}

/** State of `LowCardinality` columns inside stands before everything else of a column. */
function readPrefix(input: NativeInput, type: NativeType): void {
  if (type.kind === 'lowCardinality') input.take(8);
  for (const inner of type.inner) readPrefix(input, inner);
}

function readValues(input: NativeInput, type: NativeType, rows: number): readonly unknown[] {
  switch (type.kind) {
    case 'number':
      return input.numbers(rows, type.widthBytes, type.read);
    case 'string':
      return Array.from({ length: rows }, () => input.take(input.varint()));
    case 'fixedString':
      return Array.from({ length: rows }, () => input.take(type.widthBytes));
    case 'lowCardinality':
      return readLowCardinality(input, type.inner[0], rows);
    case 'array':
      return readArrays(input, type.inner[0], rows);
    case 'map':
      return readMaps(input, type, rows);
    case 'tuple': {
      const members = type.inner.map((inner) => readValues(input, inner, rows));
      return Array.from({ length: rows }, (_, row) => members.map((values) => values[row]));
    }
  }
}

function readLowCardinality(
  input: NativeInput,
  inner: NativeType,
  rows: number,
): readonly unknown[] {
  if (rows === 0) return [];
  const [flags, keyCount] = input.uint64(2);
  const keys = readValues(input, inner, keyCount);
  const [indexCount] = input.uint64(1);
  const indexes = input.numbers(indexCount, 1 << (flags & 3), (view, at) => {
    if ((flags & 3) === 0) return view.getUint8(at);
    return (flags & 3) === 1 ? view.getUint16(at, true) : view.getUint32(at, true);
  });
  return indexes.map((index) => keys[index]);
}

function readArrays(input: NativeInput, inner: NativeType, rows: number): readonly unknown[][] {
  const ends = input.uint64(rows);
  const values = readValues(input, inner, ends.at(-1) ?? 0);
  return ends.map((end, row) => values.slice(row === 0 ? 0 : ends[row - 1], end));
}

function readMaps(input: NativeInput, type: NativeType, rows: number): readonly unknown[][] {
  const ends = input.uint64(rows);
  const count = ends.at(-1) ?? 0;
  const keys = readValues(input, type.inner[0], count);
  const values = readValues(input, type.inner[1], count);
  const pairs = keys.map((key, i) => [key, values[i]]);
  return ends.map((end, row) => pairs.slice(row === 0 ? 0 : ends[row - 1], end));
}
