import { crc32c } from '@node-rs/crc32';
import { BufferError, RECORD_BYTES_MAX } from '../contract.ts';

/**
 * A frame: what every file of the log consists of, end to end, from byte 0.
 *
 *     0  3  magic f5 53 4c       (f5 never occurs in UTF-8, so text cannot look like a frame)
 *     3  1  version of the format, 1
 *     4  4  u32 LE, bytes of the payload
 *     8  4  u32 LE, crc32c over bytes 4..8 and the payload, started from the file's seed
 *     12    payload
 *
 * The seed is the crc32c of the file's name within the log, so a frame of one file that ends up
 * inside another (in a value, or in a block the file system mixed up) is not taken for its own.
 */
export const FRAME_HEADER_BYTES = 12;
export const FORMAT_VERSION = 1;
/** Keys, and headers with their lengths, of one record. */
export const KEY_BYTES_MAX: number = 64 * 1024;
export const HEADERS_BYTES_MAX: number = 64 * 1024;
export const PAYLOAD_BYTES_MAX: number =
  RECORD_BYTES_MAX + KEY_BYTES_MAX + HEADERS_BYTES_MAX + 1024;

const MAGIC: Buffer = Buffer.from([0xf5, 0x53, 0x4c, FORMAT_VERSION]);
const MAGIC_WORD: number = MAGIC.readUInt32LE(0);
const MAGIC_WITHOUT_VERSION: number = MAGIC_WORD & 0xffffff;

export function seedOf(fileName: string): number {
  return crc32c(fileName);
}

/** Bytes of the frame at `at` as its header claims; 0 when the header is cut off, -1 when it is none. */
export function frameLength(bytes: Buffer, at: number): number {
  if (at + FRAME_HEADER_BYTES > bytes.length) return 0;
  if (bytes.readUInt32LE(at) !== MAGIC_WORD) return -1;
  const payload = bytes.readUInt32LE(at + 4);
  return payload > PAYLOAD_BYTES_MAX ? -1 : FRAME_HEADER_BYTES + payload;
}

/** Whether the frame's `length` bytes at `at` are the ones that were written. */
export function frameIsIntact(bytes: Buffer, at: number, length: number, seed: number): boolean {
  const state = crc32c(bytes.subarray(at + 4, at + 8), seed);
  const sum = crc32c(bytes.subarray(at + FRAME_HEADER_BYTES, at + length), state);
  return sum === bytes.readUInt32LE(at + 8);
}

/** Where the next magic at or after `from` starts, or -1. */
export function indexOfMagic(bytes: Buffer, from: number): number {
  return bytes.indexOf(MAGIC, from);
}

/** Writes magic and length; `sealFrame` adds the checksum when the payload is in place. */
export function startFrame(bytes: Buffer, at: number, payloadBytes: number): void {
  bytes.writeUInt32LE(MAGIC_WORD, at);
  bytes.writeUInt32LE(payloadBytes, at + 4);
}

/**
 * Writes the checksum of the frame at `at`, whose payload lies in `bytes` up to `end` and goes on
 * in `rest` when that is given.
 */
export function sealFrame(
  bytes: Buffer,
  at: number,
  frame: { readonly end: number; readonly seed: number; readonly rest?: Uint8Array },
): void {
  const head = crc32c(bytes.subarray(at + 4, at + 8), frame.seed);
  const sum = crc32c(bytes.subarray(at + FRAME_HEADER_BYTES, frame.end), head);
  bytes.writeUInt32LE(frame.rest === undefined ? sum : crc32c(frame.rest, sum), at + 8);
}

/** Throws when `bytes` starts with a frame of a later format, which must not be taken for damage. */
export function refuseLaterFormat(bytes: Buffer, path: string): void {
  if (bytes.length < 4) return;
  const word = bytes.readUInt32LE(0);
  if ((word & 0xffffff) !== MAGIC_WITHOUT_VERSION || word === MAGIC_WORD) return;
  throw new BufferError(
    'BUFFER_IO',
    `${path} was written in format ${word >>> 24}; this release reads format ${FORMAT_VERSION}. ` +
      'Start the release that wrote it, or point `directory` at an empty folder.',
  );
}
