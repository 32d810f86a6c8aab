import type { BufferRecord } from '../contract.ts';

/** Records with their bytes in one piece, which changes its thread without being copied. */
export interface PackedRecords {
  readonly heads: readonly RecordHead[];
  /** Key and value of each record, in order. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface RecordHead {
  readonly offset: number;
  readonly timestampUnixMs: number;
  readonly headers: BufferRecord['headers'];
  /** -1: none. */
  readonly keyBytes: number;
  readonly valueBytes: number;
}

export function packRecords(records: readonly BufferRecord[]): PackedRecords {
  const heads = records.map(({ offset, timestampUnixMs, headers, key, value }): RecordHead => {
    return {
      offset,
      timestampUnixMs,
      headers,
      keyBytes: key?.length ?? -1,
      valueBytes: value.length,
    };
  });
  let size = 0;
  for (const { keyBytes, valueBytes } of heads) size += Math.max(0, keyBytes) + valueBytes;
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const { key, value } of records) {
    if (key !== undefined) bytes.set(key, at);
    at += key?.length ?? 0;
    bytes.set(value, at);
    at += value.length;
  }
  return { heads, bytes };
}

/** Views, no copies. */
export function unpackRecords({ heads, bytes }: PackedRecords): readonly BufferRecord[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  return heads.map(({ keyBytes, valueBytes, ...record }) => {
    const keyEnd = at + Math.max(0, keyBytes);
    const key = keyBytes < 0 ? {} : { key: all.subarray(at, keyEnd) };
    at = keyEnd + valueBytes;
    return { ...record, ...key, value: all.subarray(keyEnd, at) };
  });
}
