import type { FileHandle } from 'node:fs/promises';
import { RECORD_BYTES_MAX } from './limits.ts';
import { decodeHeader, decodePayload, HEADER_BYTES, MAGIC, type PlacedChange } from './record.ts';

export interface ScanResult {
  /** Where the last whole record ends. */
  readonly end: number;
  /** Bytes behind it: a write that was cut off. */
  readonly tornBytes: number;
}

/** A file is damaged before its end: more than the last write is lost. */
export class DamagedFileError extends Error {
  constructor(path: string, offset: number) {
    super(
      `${path} is damaged at byte ${offset}; ` +
        'restore it, remove it, or set `recreate: true` to put it aside and begin an empty one',
    );
    this.name = 'DamagedFileError';
  }
}

/**
 * Reads a file from its beginning and tells of every record, with the file offset of its payload.
 * What does not fit together at the end is a write that was cut off; anywhere else it is damage
 * (`DamagedFileError`).
 */
export async function scanFile(
  file: FileHandle,
  path: string,
  onRecord: (changes: readonly PlacedChange[], payloadOffset: number) => void,
): Promise<ScanResult> {
  const { size } = await file.stat();
  const head = await readExactly(file, 0, Math.min(size, MAGIC.length));
  if (!head.equals(MAGIC.subarray(0, head.length))) throw new DamagedFileError(path, 0);
  // A file that was cut off in its first bytes holds nothing.
  if (head.length < MAGIC.length) return { end: 0, tornBytes: head.length };
  let end = MAGIC.length;
  while (end + HEADER_BYTES <= size) {
    const header = decodeHeader(await readExactly(file, end, HEADER_BYTES));
    const next = end + HEADER_BYTES + header.payloadBytes;
    if (next > size) break;
    if (header.payloadBytes > RECORD_BYTES_MAX) throw new DamagedFileError(path, end);
    const payload = await readExactly(file, end + HEADER_BYTES, header.payloadBytes);
    const changes = decodePayload(payload, header);
    if (changes === undefined) {
      if (next === size) break;
      throw new DamagedFileError(path, end);
    }
    onRecord(changes, end + HEADER_BYTES);
    end = next;
  }
  return { end, tornBytes: size - end };
}

/** Bytes of the file; fewer than `length` there are an error. */
export async function readExactly(
  file: FileHandle,
  offset: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const { bytesRead } = await file.read(bytes, read, length - read, offset + read);
    if (bytesRead === 0) throw new Error(`the file ends at byte ${offset + read}`);
    read += bytesRead;
  }
  return bytes;
}
