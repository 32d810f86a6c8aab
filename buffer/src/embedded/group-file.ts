import { constants } from 'node:fs';
import { copyFile, type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { BufferError } from '../contract.ts';
import { MOMENTS } from '../moments.ts';
import { identityOf, isAt, osCode, readAt, syncDirectory, writeAll } from './file-io.ts';
import {
  FRAME_HEADER_BYTES,
  frameLength,
  PAYLOAD_BYTES_MAX,
  refuseLaterFormat,
  sealFrame,
  seedOf,
  startFrame,
} from './frame.ts';
import { type GroupEntry, parseGroupEntry } from './group-entry.ts';
import { scanFrames } from './scan-frames.ts';

/** Damaged files that are kept beside a file, for people to look at. */
export const KEPT_FILES_MAX = 16;

const SEED: number = seedOf('.groups');
/** Payload of the first frame: an emptied file has none. */
const HEAD = '{"copies":2}';

/** What a file of positions held when it was opened. */
export interface GroupFileContent {
  readonly entries: readonly GroupEntry[];
  /** Of the file: 0 when it is not there. */
  readonly sizeBytes: number;
  readonly exists: boolean;
  /** False in a file of the release that kept one copy, and in one that was emptied. */
  readonly hasHead: boolean;
  /** Bytes that are no frames, but for a last write that a crash cut. */
  readonly damagedBytes: number;
}

/** One copy of the positions: a row of frames, each a `GroupEntry` as JSON, behind a head. */
export class GroupFile {
  readonly path: string;
  #handle: FileHandle | undefined;
  #identity = '';
  #sizeBytes = 0;
  /** A write failed: the file's end is unknown, the next write replaces the file. */
  #broken = true;

  constructor(path: string) {
    this.path = path;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isBroken(): boolean {
    return this.#broken;
  }

  /** Throws when a later release wrote the file. Nothing can be appended before a `rewrite`. */
  async load(): Promise<GroupFileContent> {
    const handle = await openIfThere(this.path);
    if (handle === undefined) {
      return { entries: [], sizeBytes: 0, exists: false, hasHead: false, damagedBytes: 0 };
    }
    try {
      return await readContent(handle, this.path);
    } finally {
      await handle.close();
    }
  }

  /** A copy of the file as it is; returns its path, '' when `KEPT_FILES_MAX` are there already. */
  async keepAside(): Promise<string> {
    for (let number = 1; number <= KEPT_FILES_MAX; number += 1) {
      const kept = `${this.path}.damaged-${number}`;
      try {
        await copyFile(this.path, kept, constants.COPYFILE_EXCL);
        return kept;
      } catch (error) {
        if (osCode(error) !== 'EEXIST') throw error;
      }
    }
    return '';
  }

  /** Durable when it resolves to true; false when the file was removed meanwhile: rewrite it. */
  async append(frames: Uint8Array): Promise<boolean> {
    if (this.#handle === undefined) return false;
    this.#broken = true;
    await writeAll(this.#handle, [frames], this.#sizeBytes);
    MOMENTS.positionWritten.publish(this.path);
    await this.#handle.datasync();
    if (!(await isAt(this.path, this.#identity))) return false;
    this.#broken = false;
    this.#sizeBytes += frames.length;
    return true;
  }

  /** Replaces the file by one with these entries alone, by rename. */
  async rewrite(entries: Iterable<GroupEntry>): Promise<void> {
    this.#broken = true;
    const bytes = Buffer.concat([encodeText(HEAD), ...[...entries].map(encodeEntry)]);
    const draft = `${this.path}.new`;
    const handle = await open(draft, 'w+');
    try {
      await writeAll(handle, [bytes], 0);
      await handle.sync();
      await rename(draft, this.path);
      await syncDirectory(dirname(this.path));
      this.#identity = await identityOf(handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
    await this.#handle?.close();
    this.#handle = handle;
    this.#sizeBytes = bytes.length;
    this.#broken = false;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (osCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readContent(handle: FileHandle, path: string): Promise<GroupFileContent> {
  const { size: sizeBytes } = await handle.stat();
  refuseLaterFormat(await readAt(handle, 0, FRAME_HEADER_BYTES), path);
  const entries: GroupEntry[] = [];
  let hasHead = false;
  let unreadable = 0;
  const range = { seed: SEED, at: 0, endAt: sizeBytes, accepts: () => true };
  const { intactEnd, skippedBytes } = await scanFrames(handle, range, (frame) => {
    const end = frame.at + frame.length;
    const text = frame.bytes.toString('utf8', frame.at + FRAME_HEADER_BYTES, end);
    const entry = parseGroupEntry(text);
    if (entry !== undefined) entries.push(entry);
    else if (text === HEAD) hasHead = true;
    else unreadable += frame.length;
    return true;
  });
  const tail = await readAt(handle, intactEnd, sizeBytes - intactEnd);
  const damagedBytes = skippedBytes + unreadable + (isTorn(tail) ? 0 : tail.length);
  return { entries, sizeBytes, exists: true, hasHead, damagedBytes };
}

/** Whether `tail` is the beginning of a frame, or zeros that a power loss left where one belongs. */
function isTorn(tail: Buffer): boolean {
  const length = frameLength(tail, 0);
  return length > tail.length || isStartOfHeader(tail) || tail.every((byte) => byte === 0);
}

function isStartOfHeader(tail: Buffer): boolean {
  if (tail.length >= FRAME_HEADER_BYTES) return false;
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  startFrame(header, 0, 0);
  const magic = Math.min(tail.length, 4);
  return header.subarray(0, magic).equals(tail.subarray(0, magic));
}

export function encodeEntry(entry: GroupEntry): Buffer {
  return encodeText(JSON.stringify(entry));
}

function encodeText(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > PAYLOAD_BYTES_MAX) throw new BufferError('BUFFER_MISUSE', 'an intent this long');
  const bytes = Buffer.alloc(FRAME_HEADER_BYTES + length);
  startFrame(bytes, 0, length);
  bytes.write(text, FRAME_HEADER_BYTES);
  sealFrame(bytes, 0, { end: bytes.length, seed: SEED });
  return bytes;
}
