import { crc32c } from '@node-rs/crc32';
import { compress, compressSync, uncompress, uncompressSync } from 'snappy';
import { ByteCursor } from './byte-cursor.ts';
import { HERE_BYTES_MAX, PACK_HERE_BYTES_MAX } from './limits.ts';
import { CorruptError, corruptError, NO_BYTES, type Room } from './packing.ts';

/** A frame's stream begins with this chunk (framing_format.txt, 4.1). */
const STREAM_IDENTIFIER: Buffer = Buffer.from([
  0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59,
]);

/** What a chunk of the framed format unpacks to at the most (framing_format.txt, 4.2). */
export const FRAMED_CHUNK_BYTES_MAX = 65_536;

const CHECKSUM_BYTES = 4;
const CHUNK_HEAD_BYTES = 4;
const CHUNK = {
  packed: 0x00,
  plain: 0x01,
  reservedFrom: 0x02,
  skippableFrom: 0x80,
  identifier: 0xff,
};

/** A chunk that packing shortens by less than an eighth stands plain, as in Google's library. */
const PACKED_SHARE_MAX = 7 / 8;

/**
 * The Collector's clients once sent the framed format under the name of the other, and its servers
 * tell them apart by the first bytes.
 */
export function isFramedSnappy(packed: Buffer): boolean {
  return packed.subarray(0, STREAM_IDENTIFIER.length).equals(STREAM_IDENTIFIER);
}

/**
 * The block format (google/snappy, format_description.txt). The length that it declares is asked of
 * `room` before anything is made; a long one is unpacked on another thread.
 */
export async function unpackSnappy(packed: Buffer, room: Room): Promise<Uint8Array> {
  const length = declaredLength(new ByteCursor(packed));
  room.take(length);
  if (length + packed.length <= HERE_BYTES_MAX) return unpackBlock(packed);
  try {
    return bytesOf(await uncompress(packed));
  } catch (error) {
    throw corruptError(error);
  }
}

/** The framed format (google/snappy, framing_format.txt). */
export function* unpackFramedSnappy(packed: Buffer, room: Room): Iterable<Uint8Array> {
  const cursor = new ByteCursor(packed);
  const identifier = cursor.slice(STREAM_IDENTIFIER.length);
  if (!identifier.equals(STREAM_IDENTIFIER)) throw new CorruptError('no stream identifier');
  while (cursor.left > 0) {
    const type = cursor.byte();
    const content = cursor.slice(cursor.uint(3));
    yield type === CHUNK.packed || type === CHUNK.plain
      ? chunkOf(type, content, room)
      : skipChunk(type, content);
  }
}

/** The block format. */
export async function packSnappy(bytes: Uint8Array): Promise<Uint8Array> {
  return bytes.length <= PACK_HERE_BYTES_MAX ? compressSync(bytes) : await compress(bytes);
}

/** The framed format, a chunk a step. */
export function* packFramedSnappy(bytes: Uint8Array): Iterable<Uint8Array> {
  yield STREAM_IDENTIFIER;
  for (let at = 0; at < bytes.length; at += FRAMED_CHUNK_BYTES_MAX) {
    yield frameChunk(bytes.subarray(at, at + FRAMED_CHUNK_BYTES_MAX));
  }
}

function frameChunk(piece: Uint8Array): Buffer {
  const packed = compressSync(piece);
  const isPacked = packed.length <= piece.length * PACKED_SHARE_MAX;
  const content = isPacked ? packed : piece;
  const chunk = Buffer.allocUnsafeSlow(CHUNK_HEAD_BYTES + CHECKSUM_BYTES + content.length);
  chunk.writeUInt8(isPacked ? CHUNK.packed : CHUNK.plain, 0);
  chunk.writeUIntLE(CHECKSUM_BYTES + content.length, 1, 3);
  chunk.writeUInt32LE(maskedChecksum(piece), CHUNK_HEAD_BYTES);
  chunk.set(content, CHUNK_HEAD_BYTES + CHECKSUM_BYTES);
  return chunk;
}

function skipChunk(type: number, content: Buffer): Uint8Array {
  const isKnown = type >= CHUNK.skippableFrom && type !== CHUNK.identifier;
  if (isKnown || content.equals(STREAM_IDENTIFIER.subarray(CHUNK_HEAD_BYTES))) return NO_BYTES;
  throw new CorruptError(type === CHUNK.identifier ? 'no stream identifier' : 'reserved chunk');
}

function chunkOf(type: number, content: Buffer, room: Room): Uint8Array {
  if (content.length < CHECKSUM_BYTES) throw new CorruptError('cut');
  const data = content.subarray(CHECKSUM_BYTES);
  const isPacked = type === CHUNK.packed;
  const length = isPacked ? declaredLength(new ByteCursor(data)) : data.length;
  if (length > FRAMED_CHUNK_BYTES_MAX) throw new CorruptError('chunk too long');
  room.take(length);
  const bytes = isPacked ? unpackBlock(data) : data;
  if (maskedChecksum(bytes) !== content.readUInt32LE(0)) throw new CorruptError('checksum differs');
  return bytes;
}

function unpackBlock(packed: Buffer): Uint8Array {
  try {
    return bytesOf(uncompressSync(packed));
  } catch (error) {
    throw corruptError(error);
  }
}

/** Text is what it gives where it is asked for text. */
function bytesOf(unpacked: string | Buffer): Uint8Array {
  return typeof unpacked === 'string' ? Buffer.from(unpacked) : unpacked;
}

/** framing_format.txt, 3. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

function declaredLength(cursor: ByteCursor): number {
  let length = 0;
  for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
    const byte = cursor.byte();
    length += (byte % 128) * scale;
    if (byte < 128) {
      if (length > 0xffffffff) break;
      return length;
    }
  }
  throw new CorruptError('length that is none');
}
