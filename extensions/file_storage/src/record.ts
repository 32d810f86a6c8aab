import { crc32 } from 'node:zlib';

/** Before every record: its length and the CRC-32 of its payload, little-endian. */
export const HEADER_BYTES = 8;
/** What every file begins with. */
export const MAGIC: Buffer = Buffer.from('SONDEKV1', 'latin1');

const SET = 1;
const DELETE = 2;
/** Type and length of the key; of a set, the value's length stands behind the key. */
const KEY_HEADER_BYTES = 5;
const VALUE_HEADER_BYTES = 4;

/** A change of one key. Undefined deletes it. */
export interface Change {
  readonly key: string;
  readonly value: Uint8Array | undefined;
}

/** Where a value lies within a record's payload; undefined for a deletion. */
export interface PlacedChange {
  readonly key: string;
  readonly value: { readonly offset: number; readonly length: number } | undefined;
}

export interface EncodedRecord {
  /** Header and payload. */
  readonly bytes: Buffer;
  readonly changes: readonly PlacedChange[];
}

/** One record for changes that happen together or not at all. */
export function encodeRecord(changes: readonly Change[]): EncodedRecord {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payloadBytes(changes));
  const placed: PlacedChange[] = [];
  let at = HEADER_BYTES;
  for (const { key, value } of changes) {
    bytes.writeUInt8(value === undefined ? DELETE : SET, at);
    const keyBytes = bytes.write(key, at + KEY_HEADER_BYTES, 'utf8');
    bytes.writeUInt32LE(keyBytes, at + 1);
    at += KEY_HEADER_BYTES + keyBytes;
    if (value === undefined) {
      placed.push({ key, value: undefined });
      continue;
    }
    bytes.writeUInt32LE(value.length, at);
    at += VALUE_HEADER_BYTES;
    bytes.set(value, at);
    placed.push({ key, value: { offset: at - HEADER_BYTES, length: value.length } });
    at += value.length;
  }
  const payload = bytes.subarray(HEADER_BYTES);
  bytes.writeUInt32LE(payload.length, 0);
  bytes.writeUInt32LE(crc32(payload), 4);
  return { bytes, changes: placed };
}

/** Bytes of the payload that `encodeRecord` would make. */
export function payloadBytes(changes: readonly Change[]): number {
  let size = 0;
  for (const { key, value } of changes) {
    size += KEY_HEADER_BYTES + Buffer.byteLength(key);
    if (value !== undefined) size += VALUE_HEADER_BYTES + value.length;
  }
  return size;
}

export interface RecordHeader {
  readonly payloadBytes: number;
  readonly crc: number;
}

export function decodeHeader(bytes: Buffer): RecordHeader {
  return { payloadBytes: bytes.readUInt32LE(0), crc: bytes.readUInt32LE(4) };
}

/** The changes of a payload; undefined where its bytes are not what was written. */
export function decodePayload(
  payload: Buffer,
  { crc }: RecordHeader,
): readonly PlacedChange[] | undefined {
  if (crc32(payload) !== crc) return undefined;
  const changes: PlacedChange[] = [];
  let at = 0;
  while (at < payload.length) {
    const type = payload.readUInt8(at);
    const keyEnd = at + KEY_HEADER_BYTES + payload.readUInt32LE(at + 1);
    const key = payload.toString('utf8', at + KEY_HEADER_BYTES, keyEnd);
    if (type === DELETE) {
      changes.push({ key, value: undefined });
      at = keyEnd;
      continue;
    }
    const length = payload.readUInt32LE(keyEnd);
    const offset = keyEnd + VALUE_HEADER_BYTES;
    changes.push({ key, value: { offset, length } });
    at = offset + length;
  }
  return changes;
}
