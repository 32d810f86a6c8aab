import { ByteCursor } from './byte-cursor.ts';
import { copyBack } from './copy-back.ts';
import { crc32c } from './crc32c.ts';
import { CorruptError, type Room } from './packing.ts';

/** A frame's stream begins with this chunk (framing_format.txt, 4.1). */
const STREAM_IDENTIFIER: Buffer = Buffer.from([
  0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59,
]);

/** What a chunk of the framed format unpacks to at the most (framing_format.txt, 4.2). */
const FRAMED_CHUNK_BYTES_MAX = 65_536;

const CHECKSUM_BYTES = 4;
const CHUNK = {
  packed: 0x00,
  plain: 0x01,
  reservedFrom: 0x02,
  skippableFrom: 0x80,
  identifier: 0xff,
};

/**
 * Either format: the Collector's clients once sent the framed one under the name of the other, and
 * its servers tell them apart by the first bytes.
 */
export function* unpackAnySnappy(packed: Buffer, room: Room): Iterable<Uint8Array> {
  const isFramed = packed.subarray(0, STREAM_IDENTIFIER.length).equals(STREAM_IDENTIFIER);
  if (isFramed) yield* unpackFramedSnappy(packed, room);
  else yield unpackBlock(packed, room);
}

/** The framed format (google/snappy, framing_format.txt). */
export function* unpackFramedSnappy(packed: Buffer, room: Room): Iterable<Uint8Array> {
  const cursor = new ByteCursor(packed);
  const identifier = cursor.slice(STREAM_IDENTIFIER.length);
  if (!identifier.equals(STREAM_IDENTIFIER)) throw new CorruptError('no stream identifier');
  while (cursor.left > 0) {
    const type = cursor.byte();
    const content = cursor.slice(cursor.uint(3));
    if (type === CHUNK.packed || type === CHUNK.plain) yield chunkOf(type, content, room);
    else if (type === CHUNK.identifier) checkIdentifier(content);
    else if (type < CHUNK.skippableFrom) throw new CorruptError('reserved chunk');
  }
}

function checkIdentifier(content: Buffer): void {
  if (content.equals(STREAM_IDENTIFIER.subarray(4))) return;
  throw new CorruptError('no stream identifier');
}

function chunkOf(type: number, content: Buffer, room: Room): Uint8Array {
  if (content.length < CHECKSUM_BYTES) throw new CorruptError('cut');
  const data = content.subarray(CHECKSUM_BYTES);
  const bytes = type === CHUNK.packed ? unpackChunk(data, room) : plainChunk(data, room);
  if (maskedChecksum(bytes) !== content.readUInt32LE(0)) throw new CorruptError('checksum differs');
  return bytes;
}

function unpackChunk(data: Buffer, room: Room): Uint8Array {
  return unpackBlock(data, room, FRAMED_CHUNK_BYTES_MAX);
}

function plainChunk(data: Buffer, room: Room): Uint8Array {
  if (data.length > FRAMED_CHUNK_BYTES_MAX) throw new CorruptError('chunk too long');
  room.take(data.length);
  return data;
}

/** framing_format.txt, 3. */
function maskedChecksum(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * The block format (google/snappy, format_description.txt). The length that it declares is asked of
 * `room` before anything is made.
 */
function unpackBlock(packed: Buffer, room: Room, bytesMax = 0xffffffff): Uint8Array {
  const cursor = new ByteCursor(packed);
  const length = declaredLength(cursor);
  if (length > bytesMax) throw new CorruptError('chunk too long');
  room.take(length);
  const out = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (cursor.left > 0) at = takeElement(cursor, out, at);
  if (at !== length) throw new CorruptError('cut');
  return out;
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

/** Returns where the output has got to. */
function takeElement(cursor: ByteCursor, out: Buffer, at: number): number {
  const tag = cursor.byte();
  switch (tag & 3) {
    case 0:
      return takeLiteral(cursor, tag >>> 2, out, at);
    case 1:
      return copyBack(out, at, {
        length: 4 + ((tag >>> 2) & 7),
        distance: ((tag >>> 5) << 8) | cursor.byte(),
      });
    case 2:
      return copyBack(out, at, { length: 1 + (tag >>> 2), distance: cursor.uint(2) });
    default:
      return copyBack(out, at, { length: 1 + (tag >>> 2), distance: cursor.uint(4) });
  }
}

function takeLiteral(cursor: ByteCursor, code: number, out: Buffer, at: number): number {
  const length = 1 + (code < 60 ? code : cursor.uint(code - 59));
  if (length > out.length - at) throw new CorruptError('longer than declared');
  const from = cursor.skip(length);
  cursor.bytes.copy(out, at, from, from + length);
  return at + length;
}
