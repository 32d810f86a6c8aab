import { crc32c } from '@node-rs/crc32';
import { compressSync } from 'snappy';
import { ByteCursor } from './byte-cursor.ts';
import { CorruptError, NO_BYTES, type Room } from './packing.ts';
import { snappyLength, unpackSnappyHere } from './snappy-block.ts';
import { inTurns } from './steps.ts';

/** A frame's stream begins with this chunk (framing_format.txt, 4.1). */
const STREAM_IDENTIFIER: Buffer = Buffer.from([
  0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59,
]);

/** What a chunk of the framed format unpacks to at the most (framing_format.txt, 4.2). */
export const FRAMED_CHUNK_BYTES_MAX = 65_536;

/** What is packed at once: four of the library's own blocks. */
const PACK_STEP_BYTES: number = 4 * FRAMED_CHUNK_BYTES_MAX;

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

/** The block format; a long body in turns. */
export async function packSnappy(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes.length <= PACK_STEP_BYTES) return compressed(bytes);
  return await inTurns(packPieces(bytes), PACK_STEP_BYTES);
}

/**
 * A piece a step: Google's library begins anew every 64 KiB as well, so the elements of several blocks
 * in a row are those of one. Another thread could do the work, but V8 knows nothing of the memory that
 * the package makes there.
 */
function* packPieces(bytes: Uint8Array): Iterable<Uint8Array> {
  yield varint(bytes.length);
  for (let at = 0; at < bytes.length; at += PACK_STEP_BYTES) {
    const block = compressed(bytes.subarray(at, at + PACK_STEP_BYTES));
    const cursor = new ByteCursor(block);
    snappyLength(cursor);
    yield block.subarray(cursor.at);
  }
}

/** The framed format, a chunk a step. */
export function* packFramedSnappy(bytes: Uint8Array): Iterable<Uint8Array> {
  yield STREAM_IDENTIFIER;
  for (let at = 0; at < bytes.length; at += FRAMED_CHUNK_BYTES_MAX) {
    yield frameChunk(bytes.subarray(at, at + FRAMED_CHUNK_BYTES_MAX));
  }
}

function frameChunk(piece: Uint8Array): Buffer {
  const packed = compressed(piece);
  const isPacked = packed.length <= piece.length * PACKED_SHARE_MAX;
  const content = isPacked ? packed : piece;
  const chunk = Buffer.allocUnsafeSlow(CHUNK_HEAD_BYTES + CHECKSUM_BYTES + content.length);
  chunk.writeUInt8(isPacked ? CHUNK.packed : CHUNK.plain, 0);
  chunk.writeUIntLE(CHECKSUM_BYTES + content.length, 1, 3);
  chunk.writeUInt32LE(maskedChecksum(piece), CHUNK_HEAD_BYTES);
  chunk.set(content, CHUNK_HEAD_BYTES + CHECKSUM_BYTES);
  return chunk;
}

/** Into memory of ours: that of the package would stay until it is collected. */
function compressed(bytes: Uint8Array): Buffer {
  return compressSync(bytes, { copyOutputData: true });
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Uint8Array.from([...bytes, rest]);
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
  const length = isPacked ? snappyLength(new ByteCursor(data)) : data.length;
  if (length > FRAMED_CHUNK_BYTES_MAX) throw new CorruptError('chunk too long');
  const bytes = isPacked ? unpackSnappyHere(data, room) : plainChunk(data, room);
  if (maskedChecksum(bytes) !== content.readUInt32LE(0)) throw new CorruptError('checksum differs');
  return bytes;
}

function plainChunk(data: Buffer, room: Room): Buffer {
  room.take(data.length);
  return data;
}

/** framing_format.txt, 3. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
