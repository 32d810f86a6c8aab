import type { BufferRecord } from '../contract.ts';

/** Records with the memory that holds their bytes, which changes its thread without being copied. */
export interface PackedRecords {
  readonly heads: readonly RecordHead[];
  readonly memory: ArrayBuffer;
}

interface RecordHead {
  readonly offset: number;
  readonly timestampUnixMs: number;
  readonly headers: BufferRecord['headers'];
  readonly key: Piece | undefined;
  readonly value: Piece;
}

interface Piece {
  readonly at: number;
  readonly bytes: number;
}

/** The memory of one read is handed over as it is: its records are nobody else's. */
export function packRecords(records: readonly BufferRecord[]): PackedRecords {
  const [first] = records;
  if (first === undefined) return { heads: [], memory: new ArrayBuffer(0) };
  const { buffer } = first.value;
  const isThere = (bytes: Uint8Array | undefined): boolean =>
    bytes === undefined || bytes.buffer === buffer;
  const isOneRead = records.every(({ key, value }) => isThere(key) && isThere(value));
  return isOneRead && buffer instanceof ArrayBuffer ? pack(records, buffer) : packCopies(records);
}

/** Records of several reads, or of memory that others share. */
function packCopies(records: readonly BufferRecord[]): PackedRecords {
  let size = 0;
  for (const { key, value } of records) size += (key?.length ?? 0) + value.length;
  const memory = new ArrayBuffer(size);
  let end = 0;
  const copy = (bytes: Uint8Array): Uint8Array => {
    const copied = new Uint8Array(memory, end, bytes.length);
    copied.set(bytes);
    end += bytes.length;
    return copied;
  };
  const copies = records.map(({ key, value, ...rest }) => ({
    ...rest,
    ...(key === undefined ? {} : { key: copy(key) }),
    value: copy(value),
  }));
  return pack(copies, memory);
}

function pack(records: readonly BufferRecord[], memory: ArrayBuffer): PackedRecords {
  const heads = records.map(({ key, value, ...rest }): RecordHead => {
    return { ...rest, key: key === undefined ? undefined : pieceOf(key), value: pieceOf(value) };
  });
  return { heads, memory };
}

function pieceOf({ byteOffset: at, length: bytes }: Uint8Array): Piece {
  return { at, bytes };
}

/** Views, no copies. */
export function unpackRecords({ heads, memory }: PackedRecords): readonly BufferRecord[] {
  const view = ({ at, bytes }: Piece): Buffer => Buffer.from(memory, at, bytes);
  return heads.map(({ key, value, ...record }) => ({
    ...record,
    ...(key === undefined ? {} : { key: view(key) }),
    value: view(value),
  }));
}
