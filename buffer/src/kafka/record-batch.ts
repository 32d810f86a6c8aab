import { crc32c } from '@node-rs/crc32';
import type { NewRecord } from '../contract.ts';

/** Who writes a batch, and the number of its first record; absent where nobody counts. */
export interface BatchSequence {
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

/** Bytes before the records. */
export const BATCH_HEAD_BYTES = 61;
/** Before what `batchLength` counts. */
const LENGTH_END = 12;
/** The checksum is of everything from here on. */
const CHECKED_FROM = 21;
const MAGIC = 2;
const NO_EPOCH = -1;
const NOBODY: BatchSequence = { producerId: '-1', producerEpoch: -1, firstSequence: -1 };

/** Bytes of the records of a batch, before they are packed. */
export function recordsBytes(records: readonly NewRecord[]): number {
  const baseMs = records[0]?.timestampUnixMs ?? 0;
  let bytes = 0;
  for (const [index, record] of records.entries()) {
    const length = bodyBytes(record, baseMs, index);
    bytes += varintBytes(length) + length;
  }
  return bytes;
}

/**
 * Writes the records (Kafka's protocol, `Record`) at `at`, which has room for `recordsBytes`; returns
 * where they end. Values are copied once.
 */
export function writeRecords(
  target: Buffer,
  { at: start, records }: { readonly at: number; readonly records: readonly NewRecord[] },
): number {
  const baseMs = records[0]?.timestampUnixMs ?? 0;
  let at = start;
  for (const [index, record] of records.entries()) {
    at = writeVarint(target, at, bodyBytes(record, baseMs, index));
    target[at] = 0;
    at = writeVarint(target, at + 1, record.timestampUnixMs - baseMs);
    at = writeVarint(target, at, index);
    at = writeBytes(target, at, record.key);
    at = writeBytes(target, at, record.value);
    at = writeHeaders(target, at, record.headers);
  }
  return at;
}

export interface BatchHead {
  /** Where the batch starts in the target; its records, packed or not, end at `end`. */
  readonly at: number;
  readonly end: number;
  readonly records: readonly NewRecord[];
  /** The codec's number. */
  readonly codec: number;
  readonly sequence: BatchSequence | undefined;
}

/** Writes the head (Kafka's protocol, `RecordBatch` of magic 2) before the records. */
export function writeBatchHead(
  target: Buffer,
  { at, end, records, codec, sequence = NOBODY }: BatchHead,
): void {
  let maxMs = 0;
  for (const { timestampUnixMs } of records) maxMs = Math.max(maxMs, timestampUnixMs);
  target.writeBigInt64BE(0n, at);
  target.writeInt32BE(end - at - LENGTH_END, at + 8);
  target.writeInt32BE(NO_EPOCH, at + 12);
  target.writeInt8(MAGIC, at + 16);
  target.writeInt16BE(codec, at + 21);
  target.writeInt32BE(records.length - 1, at + 23);
  target.writeBigInt64BE(BigInt(records[0]?.timestampUnixMs ?? 0), at + 27);
  target.writeBigInt64BE(BigInt(maxMs), at + 35);
  target.writeBigInt64BE(BigInt(sequence.producerId), at + 43);
  target.writeInt16BE(sequence.producerEpoch, at + 51);
  target.writeInt32BE(sequence.firstSequence, at + 53);
  target.writeInt32BE(records.length, at + 57);
  target.writeUInt32BE(crc32c(target.subarray(at + CHECKED_FROM, end)), at + 17);
}

/** Of a record behind its length. */
function bodyBytes(
  { key, value, headers, timestampUnixMs }: NewRecord,
  baseMs: number,
  index: number,
) {
  let bytes = 1 + varintBytes(timestampUnixMs - baseMs) + varintBytes(index);
  bytes += key === undefined ? 1 : varintBytes(key.length) + key.length;
  bytes += varintBytes(value.length) + value.length;
  let count = 0;
  for (const name in headers) {
    bytes += textBytes(name) + textBytes(headers[name] ?? '');
    count += 1;
  }
  return bytes + varintBytes(count);
}

function textBytes(text: string): number {
  const length = Buffer.byteLength(text);
  return varintBytes(length) + length;
}

function writeHeaders(target: Buffer, start: number, headers: NewRecord['headers']): number {
  let count = 0;
  for (const _ in headers) count += 1;
  let at = writeVarint(target, start, count);
  for (const name in headers) {
    at = writeText(target, at, name);
    at = writeText(target, at, headers[name] ?? '');
  }
  return at;
}

function writeText(target: Buffer, start: number, text: string): number {
  const at = writeVarint(target, start, Buffer.byteLength(text));
  return at + target.write(text, at);
}

function writeBytes(target: Buffer, start: number, bytes: Uint8Array | undefined): number {
  if (bytes === undefined) return writeVarint(target, start, -1);
  const at = writeVarint(target, start, bytes.length);
  target.set(bytes, at);
  return at + bytes.length;
}

/** Zigzag, base 128, as protobuf's `sint64`; exact for safe integers. */
function writeVarint(target: Buffer, start: number, value: number): number {
  let at = start;
  let rest = zigzag(value);
  for (; rest >= 128; rest = Math.floor(rest / 128)) {
    target[at] = (rest % 128) + 128;
    at += 1;
  }
  target[at] = rest;
  return at + 1;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}
