import type { ByteCursor } from './byte-cursor.ts';
import { CorruptError } from './packing.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** The lower four bits are the user's. */
const SKIPPABLE_MAGIC = 0x184d2a5;
/** What a packed block unpacks to at the most. */
const BLOCK_BYTES_MAX = 131_072;
const CHECKSUM_BYTES = 4;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const BLOCK_HEAD_BYTES = 3;
const BLOCK = { plain: 0, repeated: 1, packed: 2, reserved: 3 };
/** A turn of 4,096 steps reads a quarter of a million blocks, in a few ms. */
const STEP_BLOCKS = 64;

/** Something was read that there may be millions of: a frame, or blocks of one. */
type Step = undefined;

/**
 * The most bytes that frames in a row can unpack to, read from their heads and those of their blocks
 * without unpacking anything (RFC 8878, 3.1). Throws `CorruptError` where they are cut
 * or no frames.
 */
export function* zstdBytesMax(cursor: ByteCursor): Generator<Step, number> {
  if (cursor.left === 0) throw new CorruptError('cut');
  let bytes = 0;
  while (cursor.left > 0) {
    const magic = cursor.uint(4);
    if (magic >>> 4 === SKIPPABLE_MAGIC) cursor.skip(cursor.uint(4));
    else if (magic === FRAME_MAGIC) bytes += yield* frameBytesMax(cursor);
    else throw new CorruptError('no frame');
    yield;
  }
  return bytes;
}

function* frameBytesMax(cursor: ByteCursor): Generator<Step, number> {
  const descriptor = cursor.byte();
  const isSingleSegment = (descriptor & 32) !== 0;
  if (!isSingleSegment) cursor.byte();
  const dictionaryIdBytes = DICTIONARY_ID_BYTES[descriptor & 3] ?? 0;
  if (dictionaryIdBytes > 0 && cursor.uint(dictionaryIdBytes) !== 0) {
    throw new CorruptError('needs a dictionary');
  }
  const declared = contentBytes(cursor, descriptor >>> 6, isSingleSegment);
  const blocks = yield* blockBytesMax(cursor);
  if ((descriptor & 4) !== 0) cursor.skip(CHECKSUM_BYTES);
  if (declared === undefined) return blocks;
  // The library would say so, too, but is not asked where there is nothing to unpack.
  if (declared > blocks) throw new CorruptError('unpacks to less than it declares');
  if (declared === 0 && blocks > 0) throw new CorruptError('unpacks to more than it declares');
  return declared;
}

function contentBytes(
  cursor: ByteCursor,
  code: number,
  isSingleSegment: boolean,
): number | undefined {
  switch (code) {
    case 0:
      return isSingleSegment ? cursor.byte() : undefined;
    case 1:
      return cursor.uint(2) + 256;
    case 2:
      return cursor.uint(4);
    default:
      return cursor.uint(4) + cursor.uint(4) * 2 ** 32;
  }
}

/**
 * Up to `STEP_BLOCKS` blocks a step, by index alone: a body may have millions of empty ones, and what
 * a generator costs for each would be 50 ms a MB.
 */
function* blockBytesMax(cursor: ByteCursor): Generator<Step, number> {
  let total = 0;
  for (;;) {
    const { bytes, isLast } = readBlocks(cursor);
    total += bytes;
    if (isLast) return total;
    yield;
  }
}

function readBlocks(cursor: ByteCursor): { readonly bytes: number; readonly isLast: boolean } {
  const { bytes: packed } = cursor;
  let { at } = cursor;
  let bytes = 0;
  let isLast = false;
  for (let count = 0; count < STEP_BLOCKS && !isLast; count++) {
    const head = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8) | ((packed[at + 2] ?? 0) << 16);
    isLast = (head & 1) === 1;
    const type = (head >>> 1) & 3;
    const size = head >>> 3;
    if (type === BLOCK.reserved) throw new CorruptError('reserved block');
    bytes += type === BLOCK.packed ? BLOCK_BYTES_MAX : size;
    at += BLOCK_HEAD_BYTES + (type === BLOCK.repeated ? 1 : size);
    if (at > packed.length) throw new CorruptError('cut');
  }
  cursor.skip(at - cursor.at);
  return { bytes, isLast };
}
