import type { FileHandle } from 'node:fs/promises';
import { readAt } from './file-io.ts';
import { FRAME_HEADER_BYTES, frameIsIntact, frameLength, indexOfMagic } from './frame.ts';

/** Bytes read at once while walking a file. */
export const SCAN_CHUNK_BYTES: number = 1024 * 1024;

/**
 * Bytes that the search behind a damaged place may check. Only a value made to look like thousands
 * of frames reaches it; the rest of that file is then given up.
 */
const SEARCH_CHECKED_BYTES_MAX: number = 1024 * 1024 * 1024;

export interface ScanRange {
  readonly seed: number;
  /** Where the first frame starts. */
  readonly at: number;
  /** Where the file's durable content ends. */
  readonly endAt: number;
  /** Whether an intact frame, at `at` in `bytes`, belongs here after damage. */
  readonly accepts: (bytes: Buffer, at: number) => boolean;
}

/** One intact frame: its bytes are `[at, at + length)` of `bytes`, and of the file from `fileAt`. */
export interface Frame {
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
  readonly fileAt: number;
}

export interface ScanResult {
  /** End of the last intact frame; what follows up to `endAt` is damaged or torn. */
  readonly intactEnd: number;
  /** Bytes between intact frames that are none. */
  readonly skippedBytes: number;
}

/**
 * Walks the intact frames of a file in order, stepping over damage to the next frame that
 * `accepts` takes. Stops early when `visit` returns false.
 */
export async function scanFrames(
  handle: FileHandle,
  range: ScanRange,
  visit: (frame: Frame) => boolean,
): Promise<ScanResult> {
  let at = range.at;
  let intactEnd = range.at;
  let skippedBytes = 0;
  let chunkBytes = SCAN_CHUNK_BYTES;
  while (at < range.endAt) {
    const asked = Math.min(chunkBytes, range.endAt - at);
    const bytes = await readAt(handle, at, asked);
    const walk = walkFrames(bytes, at, range.seed, visit);
    at += walk.length;
    if (walk.length > 0) intactEnd = at;
    if (walk.stopped) break;
    const next = frameLength(bytes, walk.length);
    const wanted = next === 0 ? FRAME_HEADER_BYTES : next;
    chunkBytes = Math.max(SCAN_CHUNK_BYTES, wanted);
    // A frame that the chunk cut off is read whole next time.
    const isCut = next >= 0 && walk.length + wanted > bytes.length && at + wanted <= range.endAt;
    if (at >= range.endAt || (isCut && (walk.length > 0 || asked < wanted))) continue;
    const found = await findFrame(handle, { ...range, at: at + 1 });
    if (found < 0) break;
    skippedBytes += found - at;
    at = found;
  }
  return { intactEnd, skippedBytes };
}

/** Visits the whole, intact frames at the start of `bytes`; `length` is where they end. */
function walkFrames(
  bytes: Buffer,
  fileAt: number,
  seed: number,
  visit: (frame: Frame) => boolean,
): { readonly length: number; readonly stopped: boolean } {
  let at = 0;
  for (;;) {
    const length = frameLength(bytes, at);
    if (length <= 0 || at + length > bytes.length) return { length: at, stopped: false };
    if (!frameIsIntact(bytes, at, length, seed)) return { length: at, stopped: false };
    if (!visit({ bytes, at, length, fileAt: fileAt + at })) return { length: at, stopped: true };
    at += length;
  }
}

/** Where the next intact frame at or after `range.at` starts, or -1. */
export async function findFrame(handle: FileHandle, range: ScanRange): Promise<number> {
  let base = range.at;
  let checkedBytes = 0;
  while (base + FRAME_HEADER_BYTES <= range.endAt) {
    const bytes = await readAt(handle, base, Math.min(SCAN_CHUNK_BYTES, range.endAt - base));
    for (let hit = indexOfMagic(bytes, 0); hit >= 0; hit = indexOfMagic(bytes, hit + 1)) {
      const length = await claimedLength(handle, base + hit, range.endAt);
      checkedBytes += length;
      if (checkedBytes > SEARCH_CHECKED_BYTES_MAX) return -1;
      if (length > 0 && (await isFrame(handle, base + hit, length, range))) return base + hit;
    }
    if (bytes.length < FRAME_HEADER_BYTES) break;
    // A magic that the chunk's end cut in two is seen by the next chunk.
    base += bytes.length - FRAME_HEADER_BYTES + 1;
  }
  return -1;
}

/** Length of the frame that the header at `at` claims; 0 when it does not fit before `endAt`. */
async function claimedLength(handle: FileHandle, at: number, endAt: number): Promise<number> {
  const length = frameLength(await readAt(handle, at, FRAME_HEADER_BYTES), 0);
  return length > 0 && at + length <= endAt ? length : 0;
}

async function isFrame(
  handle: FileHandle,
  at: number,
  length: number,
  range: ScanRange,
): Promise<boolean> {
  const bytes = await readAt(handle, at, length);
  if (bytes.length < length || !frameIsIntact(bytes, 0, length, range.seed)) return false;
  return range.accepts(bytes, 0);
}
