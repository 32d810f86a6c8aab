import { setImmediate } from 'node:timers/promises';
import { borrowBody } from '@sonde/proto';
import { ByteCursor } from './byte-cursor.ts';
import { HERE_BYTES_MAX, UNPACK_TURN_BYTES } from './limits.ts';
import { CorruptError, type Room } from './packing.ts';

/** The kinds of an element, by the lower two bits of its first byte; the fourth has four of offset. */
const LITERAL = 0;
const COPY_OF_ONE_OFFSET_BYTE = 1;
const COPY_OF_TWO_OFFSET_BYTES = 2;
const COPY_OF_FOUR_OFFSET_BYTES = 4;

/** A literal's length, less one, stands in its first byte up to this; above, in 1 to 4 more bytes. */
const SHORT_LITERAL_BYTES_MAX = 60;

/** No element makes more of its bytes than a copy: 64 of three. */
const COPY_BYTES_MAX = 64;
const COPY_ELEMENT_BYTES_MIN = 3;

/** Short pieces are copied in words; the last may reach beyond a piece by the rest of a word. */
const WORD_BYTES = 4;
const SHORT_BYTES_MAX = 64;

/** A block while it is unpacked. */
interface Work {
  readonly packed: Buffer;
  readonly packedWords: DataView;
  readonly out: Buffer;
  readonly outWords: DataView;
  /** How far it was read, and written. */
  from: number;
  at: number;
}

/**
 * The block format (google/snappy, format_description.txt), unpacked into memory of exactly the length
 * that it declares, which is asked of `room` before. At once where that is little, else in turns.
 * Rejects with `CorruptError` for anything that Google's library refuses, and with what `room` throws.
 *
 * Written here, because V8 knows nothing of what the native package makes on other threads: such
 * memory stays until a collection that comes for other reasons finds it.
 */
export async function unpackSnappy(packed: Buffer, room: Room): Promise<Buffer> {
  const work = begin(packed, room);
  const { length } = work.out;
  const turnBytes = packed.length + length <= HERE_BYTES_MAX ? length : UNPACK_TURN_BYTES;
  while (work.at < length) {
    go(work, Math.min(length, work.at + turnBytes));
    if (work.at < length) await setImmediate();
  }
  return finish(work);
}

/** The same at once, for what is short, as the chunks of the framed format are. */
export function unpackSnappyHere(packed: Buffer, room: Room): Buffer {
  const work = begin(packed, room);
  go(work, work.out.length);
  return finish(work);
}

/** What a block declares to unpack to. Throws `CorruptError`. */
export function snappyLength(cursor: ByteCursor): number {
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

function begin(packed: Buffer, room: Room): Work {
  const cursor = new ByteCursor(packed);
  const length = snappyLength(cursor);
  const elementsMax = Math.ceil(cursor.left / COPY_ELEMENT_BYTES_MIN);
  if (length > Math.max(elementsMax * COPY_BYTES_MAX, cursor.left)) throw tooFew();
  room.take(length);
  const out = borrowBody(length);
  return {
    packed,
    packedWords: new DataView(packed.buffer, packed.byteOffset, packed.length),
    out,
    outWords: new DataView(out.buffer, out.byteOffset, out.length),
    from: cursor.at,
    at: 0,
  };
}

function finish({ packed, out, from }: Work): Buffer {
  if (from !== packed.length) throw tooMany();
  return out;
}

/** Works on until `until` bytes are written, or more by the rest of an element. */
function go(work: Work, until: number): void {
  const { packed } = work;
  while (work.at < until) {
    if (work.from >= packed.length) throw tooFew();
    const tag = packed[work.from] ?? 0;
    const length = (tag >>> 2) + 1;
    work.from += 1;
    switch (tag & 3) {
      case LITERAL:
        writeLiteral(work, length <= SHORT_LITERAL_BYTES_MAX ? length : longLength(work, length));
        break;
      case COPY_OF_ONE_OFFSET_BYTE: {
        const offset = ((tag >>> 5) << 8) + uint(work, 1);
        writeCopy(work, offset, ((tag >>> 2) & 7) + 4);
        break;
      }
      case COPY_OF_TWO_OFFSET_BYTES:
        writeCopy(work, uint(work, 2), length);
        break;
      default:
        writeCopy(work, uint(work, COPY_OF_FOUR_OFFSET_BYTES), length);
    }
  }
}

function longLength(work: Work, code: number): number {
  return uint(work, code - SHORT_LITERAL_BYTES_MAX) + 1;
}

/** Little endian, of 1 to 4 bytes. */
function uint(work: Work, byteCount: number): number {
  const { packed, from } = work;
  if (byteCount > packed.length - from) throw new CorruptError('cut');
  work.from += byteCount;
  if (byteCount === 1) return packed[from] ?? 0;
  if (byteCount === 2) return (packed[from] ?? 0) | ((packed[from + 1] ?? 0) << 8);
  return packed.readUIntLE(from, byteCount);
}

function writeLiteral(work: Work, length: number): void {
  const { packed, packedWords, out, outWords, from, at } = work;
  if (length > packed.length - from) throw new CorruptError('cut');
  if (length > out.length - at) throw tooMany();
  const hasRoom = at + SHORT_BYTES_MAX <= out.length && from + SHORT_BYTES_MAX <= packed.length;
  if (length <= SHORT_BYTES_MAX && hasRoom) {
    for (let i = 0; i < length; i += WORD_BYTES) {
      outWords.setUint32(at + i, packedWords.getUint32(from + i, true), true);
    }
  } else {
    packed.copy(out, at, from, from + length);
  }
  work.from = from + length;
  work.at = at + length;
}

/** What is copied may be what was just written: never more at once than the offset. */
function writeCopy(work: Work, offset: number, length: number): void {
  const { out, outWords, at } = work;
  if (offset === 0 || offset > at) throw new CorruptError('a copy of what is not there');
  if (length > out.length - at) throw tooMany();
  if (offset >= WORD_BYTES && at + SHORT_BYTES_MAX <= out.length) {
    for (let i = 0; i < length; i += WORD_BYTES) {
      outWords.setUint32(at + i, outWords.getUint32(at + i - offset, true), true);
    }
  } else {
    for (let i = at; i < at + length; i += 1) out[i] = out[i - offset] ?? 0;
  }
  work.at = at + length;
}

function tooFew(): CorruptError {
  return new CorruptError('unpacks to less than it declares');
}

function tooMany(): CorruptError {
  return new CorruptError('unpacks to more than it declares');
}
