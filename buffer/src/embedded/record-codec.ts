import { BufferError, type BufferRecord, type NewRecord, RECORD_BYTES_MAX } from '../contract.ts';
import {
  FRAME_HEADER_BYTES,
  HEADERS_BYTES_MAX,
  KEY_BYTES_MAX,
  sealFrame,
  startFrame,
} from './frame.ts';

/**
 * Payload of a record's frame, little endian:
 *
 *     0   8  offset
 *     8   8  timestamp, milliseconds since the epoch
 *     16  4  bytes of the key, ffffffff for none
 *     20  4  bytes of the headers
 *     24     headers: u16 bytes of the name, the name, u16 bytes of the value, the value; UTF-8
 *            key
 *            value: what is left
 */
const FIXED_BYTES = 24;
const NO_KEY = 0xffffffff;
const HEADER_TEXT_BYTES_MAX = 0xffff;
/** Values up to this length are copied into the write buffer; longer ones are written from where they lie. */
const COPY_BYTES_MAX = 8 * 1024;

const WORD = 2 ** 32;

function readU64(bytes: Buffer, at: number): number {
  return bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * WORD;
}

function writeU64(bytes: Buffer, at: number, value: number): void {
  bytes.writeUInt32LE(value % WORD, at);
  bytes.writeUInt32LE(Math.floor(value / WORD), at + 4);
}

function headersByteLength(headers: Readonly<Record<string, string>>): number {
  let length = 0;
  for (const name in headers) {
    const nameBytes = Buffer.byteLength(name);
    const valueBytes = Buffer.byteLength(headers[name] ?? '');
    if (nameBytes > HEADER_TEXT_BYTES_MAX || valueBytes > HEADER_TEXT_BYTES_MAX) {
      throw new BufferError('RECORD_TOO_LARGE', `header ${name.slice(0, 64)} is over 64 KiB`);
    }
    length += 4 + nameBytes + valueBytes;
  }
  return length;
}

/**
 * Bytes that `record` takes in the log. Throws `RECORD_TOO_LARGE` over a named limit, `BUFFER_MISUSE`
 * for a timestamp that is no whole number of milliseconds from 0 on.
 */
export function frameBytesOf(record: NewRecord): number {
  const { value, key, timestampUnixMs } = record;
  if (value.length > RECORD_BYTES_MAX) {
    throw new BufferError(
      'RECORD_TOO_LARGE',
      `a record of ${value.length} bytes is over the limit of ${RECORD_BYTES_MAX}`,
    );
  }
  if (key !== undefined && key.length > KEY_BYTES_MAX) {
    throw new BufferError('RECORD_TOO_LARGE', `a key of ${key.length} bytes is over the limit`);
  }
  if (!Number.isSafeInteger(timestampUnixMs) || timestampUnixMs < 0) {
    throw new BufferError('BUFFER_MISUSE', `timestampUnixMs ${timestampUnixMs} is no time`);
  }
  const headerBytes = headersByteLength(record.headers);
  if (headerBytes > HEADERS_BYTES_MAX) {
    throw new BufferError('RECORD_TOO_LARGE', `headers of ${headerBytes} bytes are over the limit`);
  }
  return FRAME_HEADER_BYTES + FIXED_BYTES + headerBytes + (key?.length ?? 0) + value.length;
}

/** Frames of consecutive records, gathered for one `writev`. */
export class FrameWriter {
  readonly chunks: Uint8Array[] = [];
  byteLength = 0;
  readonly #scratch: Buffer;
  readonly #seed: number;
  #at = 0;
  #flushed = 0;

  /** `bytesMax`: at least `scratchBytesOf` all the records that will be added. */
  constructor(bytesMax: number, seed: number) {
    this.#scratch = Buffer.allocUnsafe(bytesMax);
    this.#seed = seed;
  }

  /** Bytes of the write buffer that a record of `frameBytes` needs. */
  static scratchBytesOf(record: NewRecord, frameBytes: number): number {
    return record.value.length > COPY_BYTES_MAX ? frameBytes - record.value.length : frameBytes;
  }

  /** Does not copy a long value: it must stay as it is until the write is done. */
  add(record: NewRecord, offset: number, frameBytes: number): void {
    const start = this.#at;
    const { value } = record;
    this.#writeHead(record, offset, frameBytes);
    const copies = value.length <= COPY_BYTES_MAX;
    if (copies) {
      this.#scratch.set(value, this.#at);
      this.#at += value.length;
    }
    const seal = { end: this.#at, seed: this.#seed };
    sealFrame(this.#scratch, start, copies ? seal : { ...seal, rest: value });
    if (!copies) {
      this.finish();
      this.chunks.push(value);
    }
    this.byteLength += frameBytes;
  }

  /** Hands what is in the write buffer to `chunks`. */
  finish(): void {
    if (this.#at > this.#flushed) this.chunks.push(this.#scratch.subarray(this.#flushed, this.#at));
    this.#flushed = this.#at;
  }

  #writeHead(record: NewRecord, offset: number, frameBytes: number): void {
    const bytes = this.#scratch;
    const { key, headers } = record;
    startFrame(bytes, this.#at, frameBytes - FRAME_HEADER_BYTES);
    const payload = this.#at + FRAME_HEADER_BYTES;
    writeU64(bytes, payload, offset);
    writeU64(bytes, payload + 8, record.timestampUnixMs);
    bytes.writeUInt32LE(key === undefined ? NO_KEY : key.length, payload + 16);
    this.#at = payload + FIXED_BYTES;
    for (const name in headers) {
      this.#writeText(name);
      this.#writeText(headers[name] ?? '');
    }
    bytes.writeUInt32LE(this.#at - payload - FIXED_BYTES, payload + 20);
    if (key !== undefined) {
      bytes.set(key, this.#at);
      this.#at += key.length;
    }
  }

  #writeText(text: string): void {
    const length = this.#scratch.write(text, this.#at + 2);
    this.#scratch.writeUInt16LE(length, this.#at);
    this.#at += 2 + length;
  }
}

/** Offset of the record whose frame starts at `at`; the frame's first 20 bytes must be there. */
export function offsetOfFrame(bytes: Buffer, at: number): number {
  return readU64(bytes, at + FRAME_HEADER_BYTES);
}

/** Bytes from a frame's start that `offsetOfFrame` needs. */
export const OFFSET_PREFIX_BYTES: number = FRAME_HEADER_BYTES + 8;

/**
 * The record in the intact frame `[at, end)`, its key and value views into `bytes`; undefined when
 * the lengths inside contradict the frame (a bug of a writer: the checksum was right).
 */
export function readRecord(bytes: Buffer, at: number, end: number): BufferRecord | undefined {
  const payload = at + FRAME_HEADER_BYTES;
  if (payload + FIXED_BYTES > end) return undefined;
  const keyLength = bytes.readUInt32LE(payload + 16);
  const keyAt = payload + FIXED_BYTES + bytes.readUInt32LE(payload + 20);
  const valueAt = keyLength === NO_KEY ? keyAt : keyAt + keyLength;
  if (valueAt > end) return undefined;
  const headers = readHeaders(bytes, payload + FIXED_BYTES, keyAt);
  if (headers === undefined) return undefined;
  const record = {
    offset: readU64(bytes, payload),
    timestampUnixMs: readU64(bytes, payload + 8),
    headers,
    value: bytes.subarray(valueAt, end),
  };
  return keyLength === NO_KEY ? record : { ...record, key: bytes.subarray(keyAt, valueAt) };
}

function readHeaders(bytes: Buffer, at: number, end: number): Record<string, string> | undefined {
  const entries: [string, string][] = [];
  while (at < end) {
    const nameEnd = textEnd(bytes, at, end);
    const valueEnd = nameEnd < 0 ? -1 : textEnd(bytes, nameEnd, end);
    if (valueEnd < 0) return undefined;
    entries.push([
      bytes.toString('utf8', at + 2, nameEnd),
      bytes.toString('utf8', nameEnd + 2, valueEnd),
    ]);
    at = valueEnd;
  }
  // Not assignment: a header named `__proto__` must come out as it went in.
  return Object.fromEntries(entries);
}

/** End of the text with a length prefix at `at`, or -1 when it does not fit before `end`. */
function textEnd(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) return -1;
  const textEndAt = at + 2 + bytes.readUInt16LE(at);
  return textEndAt > end ? -1 : textEndAt;
}
