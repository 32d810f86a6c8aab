import { SondeError } from '@sonde/pipeline';
import { ZSTDDecoder } from 'zstddec';
import { ZSTD_HEAP_BYTES_MAX } from '../limits.ts';
import { ByteCursor } from './byte-cursor.ts';
import { CorruptError, type Room } from './packing.ts';
import { zstdBytesMax } from './zstd-frames.ts';

/**
 * Facebook's library as WebAssembly: one for the process, made when the first body comes. It keeps
 * the memory of the largest body that it met.
 */
const decoder = new ZSTDDecoder();

/**
 * Unpacks frames in a row. The library gets room for what the frames can hold, or for what `room`
 * has left where that is less, and makes no byte more. Rejects with `CorruptError`, and with what
 * `room` throws.
 */
export async function unpackZstd(packed: Buffer, room: Room): Promise<Uint8Array> {
  const bytesMax = zstdBytesMax(new ByteCursor(packed));
  if (bytesMax === 0) return new Uint8Array(0);
  const given = Math.min(bytesMax, room.left);
  // Nothing is left: the words for that are the room's.
  if (given === 0) room.take(bytesMax);
  if (packed.length + given > ZSTD_HEAP_BYTES_MAX) {
    const words = `zstd: more than ${ZSTD_HEAP_BYTES_MAX} bytes packed and unpacked`;
    throw new SondeError('TOO_LARGE', words);
  }
  room.take(given);
  await decoder.init();
  const bytes = decoder.decode(packed, given);
  // It says nothing else, whether the bytes are corrupt or more than it had room for.
  if (bytes.length === 0) {
    if (given < bytesMax) room.take(bytesMax - given);
    throw new CorruptError('the content is corrupt');
  }
  room.giveBack(given - bytes.length);
  return bytes;
}
