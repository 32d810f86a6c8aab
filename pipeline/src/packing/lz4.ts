import { Xxh32, xxh32 } from '@node-rs/xxhash';
import { compressFrameSync, compressSync, uncompressSync } from 'lz4-napi';
import { ByteCursor } from './byte-cursor.ts';
import { LZ4_STEP_BYTES_MIN, LZ4_STEPS_FREE, PACK_HERE_BYTES_MAX } from './limits.ts';
import { CorruptError, corruptError, NO_BYTES, type Room } from './packing.ts';
import { inTurns } from './steps.ts';

const FRAME_MAGIC = 0x184d2204;
/** The lower four bits are the user's. */
const SKIPPABLE_MAGIC = 0x184d2a5;
/** How far back a match may refer. */
const WINDOW_BYTES = 65_536;
/** Bit 31 of a block's size: it is not packed. */
const PLAIN_BLOCK = 0x80000000;
/** A byte of a block is at most so many of output. */
const EXPANSION_MAX = 255;
/** Before a block lz4-napi wants how much it may make of it. */
const ROOM_BYTES = 4;
const SIZE_BYTES = 4;
/** Blocks of ours, and the head of frames of them. */
const PACKED_BLOCK_BYTES = 262_144;
const PACKED_HEAD: Buffer = packedHead();

interface FrameHead {
  readonly areBlocksLinked: boolean;
  readonly hasBlockChecksum: boolean;
  readonly hasContentChecksum: boolean;
  readonly contentLength: number | undefined;
  readonly blockBytesMax: number;
}

/** One frame; a long one in turns. */
export async function packLz4(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length <= PACK_HERE_BYTES_MAX) return compressFrameSync(asBuffer(bytes));
  return await inTurns(packBlocks(bytes), PACKED_BLOCK_BYTES);
}

/**
 * A frame, a block a step. The package makes frames on another thread, too, but V8 knows nothing of
 * the memory that it takes there: it stays until a collection that comes for other reasons finds it.
 */
function* packBlocks(bytes: Uint8Array): Iterable<Uint8Array> {
  yield PACKED_HEAD;
  for (let at = 0; at < bytes.length; at += PACKED_BLOCK_BYTES) {
    const piece = asBuffer(bytes.subarray(at, at + PACKED_BLOCK_BYTES));
    const packed = compressSync(piece).subarray(ROOM_BYTES);
    const isPlain = packed.length >= piece.length;
    const data = isPlain ? piece : packed;
    const size = Buffer.allocUnsafe(SIZE_BYTES);
    size.writeUInt32LE(isPlain ? PLAIN_BLOCK + data.length : data.length);
    yield size;
    yield data;
  }
  yield Buffer.alloc(SIZE_BYTES);
}

function packedHead(): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt32LE(FRAME_MAGIC);
  // Version 1, blocks that refer to no others; up to 256 KiB each.
  head.set([0x60, 0x50], 4);
  head.writeUInt8((xxh32(head.subarray(4, 6), 0) >>> 8) & 0xff, 6);
  return head;
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** The frame format, several frames in a row, a block a step (lz4_Frame_format.md 1.6). */
export function* unpackLz4(packed: Buffer, room: Room): Iterable<Uint8Array> {
  const cursor = new ByteCursor(packed);
  const steps = new StepBudget(packed.length);
  if (cursor.left === 0) throw new CorruptError('cut');
  while (cursor.left > 0) {
    const magic = cursor.uint(4);
    if (magic >>> 4 === SKIPPABLE_MAGIC) cursor.skip(cursor.uint(4));
    else if (magic === FRAME_MAGIC) yield* unpackFrame(cursor, room, steps);
    else throw new CorruptError('no frame');
    yield NO_BYTES;
  }
}

/** Frames and blocks cost more than their bytes: there may be so many as `limits.ts` says. */
class StepBudget {
  #left: number;

  constructor(packedBytes: number) {
    this.#left = LZ4_STEPS_FREE + Math.floor(packedBytes / LZ4_STEP_BYTES_MIN);
  }

  spend(): void {
    this.#left -= 1;
    if (this.#left < 0) throw new CorruptError('too many frames and blocks for its bytes');
  }
}

function* unpackFrame(cursor: ByteCursor, room: Room, steps: StepBudget): Iterable<Uint8Array> {
  steps.spend();
  const head = readHead(cursor);
  const content = new Xxh32();
  let length = 0;
  let window: Buffer = Buffer.alloc(0);
  for (let size = cursor.uint(4); size !== 0; size = cursor.uint(4)) {
    steps.spend();
    const data = cursor.slice(size % PLAIN_BLOCK);
    if (head.hasBlockChecksum) check(data, cursor.uint(4));
    const isPlain = size >= PLAIN_BLOCK;
    const block = isPlain ? plainBlock(data, head) : unpackBlock(data, window, head);
    room.take(block.length);
    length += block.length;
    if (head.hasContentChecksum) content.update(block);
    if (head.areBlocksLinked) window = lastOf(window, block);
    yield block;
  }
  if (head.hasContentChecksum && content.digest() !== cursor.uint(4)) {
    throw new CorruptError('checksum differs');
  }
  if (head.contentLength !== undefined && head.contentLength !== length) {
    throw new CorruptError('length differs');
  }
}

function readHead(cursor: ByteCursor): FrameHead {
  const from = cursor.at;
  const flags = cursor.byte();
  const sizes = cursor.byte();
  if (flags >>> 6 !== 1) throw new CorruptError('unknown version');
  const sizeCode = (sizes >>> 4) & 7;
  if ((flags & 2) !== 0 || (sizes & 0x8f) !== 0 || sizeCode < 4) {
    throw new CorruptError('reserved bits');
  }
  const contentLength = (flags & 8) === 0 ? undefined : cursor.uint(4) + cursor.uint(4) * 2 ** 32;
  // A dictionary would have to be agreed on beforehand.
  if ((flags & 1) !== 0) throw new CorruptError('needs a dictionary');
  const hash = xxh32(cursor.bytes.subarray(from, cursor.at), 0);
  if (((hash >>> 8) & 0xff) !== cursor.byte()) throw new CorruptError('checksum differs');
  return {
    areBlocksLinked: (flags & 32) === 0,
    hasBlockChecksum: (flags & 16) !== 0,
    hasContentChecksum: (flags & 4) !== 0,
    contentLength,
    // 64 KiB, 256 KiB, 1 MiB, 4 MiB.
    blockBytesMax: 2 ** (8 + 2 * sizeCode),
  };
}

function check(data: Buffer, checksum: number): void {
  if (xxh32(data, 0) !== checksum) throw new CorruptError('checksum differs');
}

function plainBlock(data: Buffer, { blockBytesMax }: FrameHead): Buffer {
  if (data.length > blockBytesMax) throw new CorruptError('block too long');
  return data;
}

/** The last `WINDOW_BYTES` of what was unpacked. */
function lastOf(window: Buffer, block: Buffer): Buffer {
  if (block.length >= WINDOW_BYTES) return block.subarray(-WINDOW_BYTES);
  const kept = window.subarray(Math.max(0, window.length + block.length - WINDOW_BYTES));
  return Buffer.concat([kept, block]);
}

/** One block (lz4_Block_format.md). */
function unpackBlock(data: Buffer, window: Buffer, { blockBytesMax }: FrameHead): Buffer {
  if (data.length > blockBytesMax) throw new CorruptError('block too long');
  const sized = Buffer.allocUnsafe(ROOM_BYTES + data.length);
  sized.writeUInt32LE(Math.min(blockBytesMax, data.length * EXPANSION_MAX));
  data.copy(sized, ROOM_BYTES);
  try {
    return window.length === 0 ? uncompressSync(sized) : uncompressSync(sized, window);
  } catch (error) {
    throw corruptError(error);
  }
}
